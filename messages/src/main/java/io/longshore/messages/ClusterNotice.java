package io.longshore.messages;

/** Whether a cluster is there, on {@link Topics#CLUSTERS}. */
public record ClusterNotice(ClusterName cluster, boolean active) {}
