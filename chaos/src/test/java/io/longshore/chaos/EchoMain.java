package io.longshore.chaos;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/** Says back what it is told, to one client after the other. */
public final class EchoMain {
  private EchoMain() {}

  /**
   * @param arguments an address and a port to listen on
   */
  public static void main(String[] arguments) throws Exception {
    try (ServerSocket server =
        new ServerSocket(Integer.parseInt(arguments[1]), 1, InetAddress.getByName(arguments[0]))) {
      while (true) {
        try (Socket client = server.accept()) {
          client.getInputStream().transferTo(client.getOutputStream());
        }
      }
    }
  }
}
