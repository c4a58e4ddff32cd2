package io.longshore.api.testing;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.longshore.api.inbound.Shape;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;

/** Fails when an answer has a member the ECS model does not know, or one of another type. */
public final class KnownMembers implements ExecutionInterceptor {
  private static final ObjectMapper JSON = new ObjectMapper();

  @Override
  public Optional<InputStream> modifyHttpResponseContent(
      Context.ModifyHttpResponse context, ExecutionAttributes attributes) {
    Optional<InputStream> body = context.responseBody();
    if (body.isEmpty() || context.httpResponse().statusCode() != 200) {
      return body;
    }
    try {
      byte[] bytes = body.get().readAllBytes();
      String operation = attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME);
      Class<?> model =
          Class.forName(
              "software.amazon.awssdk.services.ecs.model.%sResponse".formatted(operation));
      Conformance.check(JSON.readTree(bytes), Shape.of(model), operation);
      return Optional.of(new ByteArrayInputStream(bytes));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (ClassNotFoundException e) {
      throw new IllegalStateException(e);
    }
  }
}
