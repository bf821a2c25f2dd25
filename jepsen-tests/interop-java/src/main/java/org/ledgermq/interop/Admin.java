package org.ledgermq.interop;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.MQVersion;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.tools.command.MQAdminStartup;

/**
 * The commands of mqadmin that look into the store, as an operator types them: messages are sent and consumed, and what the
 * commands print is compared with that. Each check prints one line, "ok NAME" or "FAILED NAME: why" with the output; the
 * exit code is the number of failures.
 *
 * <p>Arguments: name server address, number of messages.
 */
public final class Admin {
  private final String namesrvAddr;
  private final int count;
  private final String run = Long.toString(System.currentTimeMillis(), 36);
  private final String topic = "Admin_" + run;
  private final String group = "admin_group_" + run;
  private final List<SendResult> sent = new ArrayList<>();
  private long sendingBegan;

  private Admin(String namesrvAddr, int count) {
    this.namesrvAddr = namesrvAddr;
    this.count = count;
  }

  public static void main(String[] args) throws Exception {
    Admin admin = new Admin(args[0], Integer.parseInt(args[1]));
    Checks checks = new Checks("mqadmin");
    checks.check("messages are sent and consumed", admin::prepare);
    checks.check("topicStatus", admin::topicStatus);
    checks.check("consumerProgress of a group that has read everything", () -> admin.consumerProgress(0));
    checks.check("consumerProgress of a group that is behind", admin::fallBehind);
    checks.check("consumerProgress of all groups", admin::allProgress);
    checks.check("queryMsgById", admin::byId);
    checks.check("queryMsgByKey", admin::byKey);
    checks.check("queryMsgByUniqueKey", admin::byUniqueKey);
    checks.check("queryMsgByOffset", admin::byOffset);
    checks.check("printMsg within a time", admin::byTime);
    checks.end();
  }

  /** What a command prints, on either stream. */
  private String command(String... words) {
    List<String> line = new ArrayList<>(Arrays.asList(words));
    line.add("-n");
    line.add(namesrvAddr);
    PrintStream out = System.out;
    PrintStream err = System.err;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (PrintStream both = new PrintStream(bytes, true)) {
      System.setOut(both);
      System.setErr(both);
      MQAdminStartup.main(line.toArray(new String[0]));
    } finally {
      System.setOut(out);
      System.setErr(err);
    }
    return new String(bytes.toByteArray(), StandardCharsets.UTF_8);
  }

  private void send(int messages) throws Exception {
    DefaultMQProducer producer = new DefaultMQProducer("admin_producer_" + run);
    producer.setNamesrvAddr(namesrvAddr);
    producer.setSendMsgTimeout(20_000);
    producer.start();
    awaitRoute(producer);
    for (int i = 0; i < messages; i++) {
      String body = "body-" + sent.size();
      Message message = new Message(topic, "Tag", "key" + sent.size(), body.getBytes(StandardCharsets.UTF_8));
      sent.add(producer.send(message));
    }
    producer.shutdown();
  }

  /** The first answer may come before a cold Java process is ready for it: then the client has given up. */
  private static void awaitRoute(DefaultMQProducer producer) throws Exception {
    for (int attempt = 1; ; attempt++) {
      try {
        producer.fetchPublishMessageQueues("TBW102");
        return;
      } catch (Exception failure) {
        if (attempt == 10) {
          throw failure;
        }
      }
    }
  }

  private void prepare() throws Exception {
    sendingBegan = System.currentTimeMillis();
    send(count);
    Set<String> seen = ConcurrentHashMap.newKeySet();
    DefaultMQPushConsumer consumer = new DefaultMQPushConsumer(group);
    consumer.setNamesrvAddr(namesrvAddr);
    consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
    consumer.subscribe(topic, "*");
    consumer.registerMessageListener(
        (MessageListenerConcurrently)
            (messages, context) -> {
              messages.forEach(message -> seen.add(new String(message.getBody(), StandardCharsets.UTF_8)));
              return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
            });
    consumer.start();
    long deadline = System.currentTimeMillis() + 60_000;
    while (seen.size() < count && System.currentTimeMillis() < deadline) Thread.sleep(50);
    // Commits its offsets.
    consumer.shutdown();
    require(seen.size() == count, "received " + seen.size() + " of " + count);
  }

  private void topicStatus() {
    String text = command("topicStatus", "-t", topic);
    long messages = 0;
    for (String[] row : rows(text, "broker-")) messages += Long.parseLong(row[3]) - Long.parseLong(row[2]);
    require(messages == sent.size(), text);
  }

  private void consumerProgress(long behind) {
    String text = command("consumerProgress", "-g", group);
    long difference = 0;
    int queues = 0;
    for (String[] row : rows(text, topic)) {
      long broker = Long.parseLong(row[3]);
      long consumer = Long.parseLong(row[4]);
      difference += broker - consumer;
      queues++;
    }
    require(queues > 0 && difference == behind, text);
    require(text.contains("Diff Total: " + behind + "\n"), text);
  }

  private void fallBehind() throws Exception {
    send(5);
    consumerProgress(5);
  }

  private void allProgress() {
    String text = command("consumerProgress");
    require(rows(text, group).size() == 1, text);
  }

  private void byId() {
    String id = sent.get(1).getOffsetMsgId();
    // 4.9 does not know the topic as an option, 5.x wants it.
    boolean old = MQVersion.getVersionDesc(MQVersion.CURRENT_VERSION).startsWith("V4");
    String text = old ? command("queryMsgById", "-i", id) : command("queryMsgById", "-i", id, "-t", topic);
    require(text.contains(sent.get(1).getMsgId()) && text.contains("key1"), text);
  }

  private void byKey() {
    String text = command("queryMsgByKey", "-t", topic, "-k", "key2");
    require(text.contains(sent.get(2).getMsgId()) && !text.contains(sent.get(3).getMsgId()), text);
  }

  private void byUniqueKey() {
    String text = command("queryMsgByUniqueKey", "-t", topic, "-i", sent.get(3).getMsgId());
    require(text.contains(sent.get(3).getMsgId()) && text.contains("key3"), text);
  }

  private void byOffset() {
    SendResult one = sent.get(4);
    String text =
        command(
            "queryMsgByOffset",
            "-t",
            topic,
            "-b",
            one.getMessageQueue().getBrokerName(),
            "-i",
            String.valueOf(one.getMessageQueue().getQueueId()),
            "-o",
            String.valueOf(one.getQueueOffset()));
    require(text.contains(one.getMsgId()) && text.contains("key4"), text);
  }

  private void byTime() {
    String begin = String.valueOf(sendingBegan);
    String end = String.valueOf(System.currentTimeMillis() + 1_000);
    String text = command("printMsg", "-t", topic, "-b", begin, "-e", end, "-d", "true");
    for (int i = 0; i < sent.size(); i++) require(text.contains("BODY: body-" + i + "\n"), text);
    String before = command("printMsg", "-t", topic, "-b", "1", "-e", "2", "-d", "true");
    require(!before.contains("BODY: "), before);
  }

  /** Words of the lines that begin so. */
  private static List<String[]> rows(String text, String begin) {
    List<String[]> found = new ArrayList<>();
    for (String line : text.split("\n")) {
      if (line.startsWith(begin)) found.add(line.trim().split("\\s+"));
    }
    return found;
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalStateException(message);
    }
  }
}
