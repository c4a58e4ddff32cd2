package io.longshore.balancer;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * A program that keeps connections, in a process of its own: the system's limit of open files is
 * one process's. Asks once on each, says {@code open}, and ends when its input does.
 */
final class IdleClients {
  private IdleClients() {}

  /**
   * @param words port and number
   */
  public static void main(String[] words) throws IOException {
    InetSocketAddress address = new InetSocketAddress("127.0.0.1", Integer.parseInt(words[0]));
    byte[] request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
    ByteBuffer answer = ByteBuffer.allocate(1_024);
    List<SocketChannel> all = new ArrayList<>();
    for (int i = 0; i < Integer.parseInt(words[1]); i++) {
      SocketChannel channel = SocketChannel.open(address);
      all.add(channel);
      channel.write(ByteBuffer.wrap(request));
      answer.clear();
      if (channel.read(answer) <= 0 || answer.get(9) != '2') {
        throw new IOException("Connection %d was not served.".formatted(i));
      }
    }
    System.out.println("open");
    while (System.in.read() >= 0) {}
    for (SocketChannel channel : all) {
      channel.close();
    }
  }
}
