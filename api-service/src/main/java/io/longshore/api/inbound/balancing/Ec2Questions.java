package io.longshore.api.inbound.balancing;

import io.longshore.api.core.EcsException;
import io.longshore.api.core.Rules;

/**
 * What of EC2 is asked about load balancers: Terraform wants the network interfaces of one that it
 * has deleted to be gone. There never are any here.
 */
final class Ec2Questions {
  static final String REFUSAL = "UnsupportedOperation";

  private static final String VERSION = "2016-11-15";
  private static final String NAMESPACE = "http://ec2.amazonaws.com/doc/" + VERSION + "/";

  private Ec2Questions() {}

  static boolean isOne(AwsQuery.Form form) {
    return form.text("Version").equals(VERSION);
  }

  static byte[] answer(String action, String requestId) {
    if (!action.equals("DescribeNetworkInterfaces")) {
      throw EcsException.of(
          REFUSAL,
          "Of EC2 there is DescribeNetworkInterfaces here, and no %s."
              .formatted(Rules.shown(action)));
    }
    return AwsQuery.document(xml -> {
      xml.writeStartElement(action + "Response");
      xml.writeDefaultNamespace(NAMESPACE);
      AwsQuery.element(xml, "requestId", requestId);
      xml.writeEmptyElement("networkInterfaceSet");
      xml.writeEndElement();
    });
  }

  static byte[] refusal(String message, String requestId) {
    return AwsQuery.document(xml -> {
      xml.writeStartElement("Response");
      xml.writeStartElement("Errors");
      xml.writeStartElement("Error");
      AwsQuery.element(xml, "Code", REFUSAL);
      AwsQuery.element(xml, "Message", message);
      xml.writeEndElement();
      xml.writeEndElement();
      AwsQuery.element(xml, "RequestID", requestId);
      xml.writeEndElement();
    });
  }
}
