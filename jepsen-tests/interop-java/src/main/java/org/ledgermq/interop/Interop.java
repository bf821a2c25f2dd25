package org.ledgermq.interop;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.ConsumeOrderlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.consumer.listener.MessageListenerOrderly;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.exception.MQClientException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendCallback;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.consumer.ConsumeFromWhere;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;
import org.apache.rocketmq.remoting.exception.RemotingException;

/**
 * Sends with every mode of the official producer (sync, async, one-way, batch, to a chosen queue, compressed) and
 * consumes everything with push consumers (concurrent with a tag filter, orderly). Each check prints one line,
 * "ok NAME" or "FAILED NAME: why"; the exit code is the number of failures.
 *
 * <p>Arguments: name server address, number of messages per mode, and "kill" if a broker dies meanwhile: nobody answers a
 * one-way send, so those that were on their way to it may be lost then, and nothing else may.
 */
public final class Interop {
  /** The client's own code; its class moved between the generations. */
  private static final int NO_MESSAGE = 208;

  private final String namesrvAddr;
  private final int count;
  private final boolean brokerDies;
  private final String run = Long.toString(System.currentTimeMillis(), 36);

  private Interop(String namesrvAddr, int count, boolean brokerDies) {
    this.namesrvAddr = namesrvAddr;
    this.count = count;
    this.brokerDies = brokerDies;
  }

  public static void main(String[] args) throws Exception {
    Interop interop = new Interop(args[0], Integer.parseInt(args[1]), args.length > 2);
    Checks checks = new Checks("interop");
    checks.check("concurrent consumption of sync, async, one-way, batch and compressed sends", interop::concurrent);
    checks.check("orderly consumption keeps the order of each queue", interop::orderly);
    checks.check("tag filter", interop::tags);
    checks.check("offsets by time, minimum and maximum; message by offset id", interop::queries);
    checks.check("messages by key, by unique id and within a time; earliest store time", interop::lookups);
    checks.end();
  }

  private DefaultMQProducer producer(String purpose) throws Exception {
    DefaultMQProducer producer = new DefaultMQProducer("producer_" + purpose + "_" + run);
    producer.setNamesrvAddr(namesrvAddr);
    producer.setInstanceName(purpose + "_p_" + run);
    producer.setSendMsgTimeout(3000);
    producer.start();
    return producer;
  }

  private DefaultMQPushConsumer consumer(String purpose) {
    DefaultMQPushConsumer consumer = new DefaultMQPushConsumer("consumer_" + purpose + "_" + run);
    consumer.setNamesrvAddr(namesrvAddr);
    consumer.setInstanceName(purpose + "_c_" + run);
    consumer.setConsumeFromWhere(ConsumeFromWhere.CONSUME_FROM_FIRST_OFFSET);
    return consumer;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static void require(boolean condition, String message) {
    if (!condition) {
      throw new IllegalStateException(message);
    }
  }

  private static void awaitAll(Set<String> seen, Set<String> expected) throws InterruptedException {
    long deadline = System.currentTimeMillis() + 60_000;
    while (!seen.containsAll(expected) && System.currentTimeMillis() < deadline) {
      Thread.sleep(50);
    }
    Set<String> missing = new HashSet<>(expected);
    missing.removeAll(seen);
    require(missing.isEmpty(), "missing of " + expected.size() + ": " + missing);
  }

  private static void awaitSize(Set<String> seen, int expected) throws InterruptedException {
    long deadline = System.currentTimeMillis() + 60_000;
    while (seen.size() < expected && System.currentTimeMillis() < deadline) {
      Thread.sleep(50);
    }
    require(seen.size() == expected, "received " + seen.size() + " of " + expected);
  }

  private void concurrent() throws Exception {
    String topic = "InteropConcurrent_" + run;
    DefaultMQProducer producer = producer("concurrent");
    Set<String> sent = new HashSet<>();
    for (int i = 0; i < count; i++) {
      SendResult result = producer.send(new Message(topic, "Sync", "key" + i, bytes("sync-" + i)));
      require(result.getSendStatus() == SendStatus.SEND_OK, "sync send status " + result.getSendStatus());
      require(result.getOffsetMsgId().length() == 32, "offsetMsgId " + result.getOffsetMsgId());
      sent.add("sync-" + i);
    }
    CountDownLatch answered = new CountDownLatch(count);
    AtomicInteger refused = new AtomicInteger();
    for (int i = 0; i < count; i++) {
      producer.send(
          new Message(topic, "Async", bytes("async-" + i)),
          new SendCallback() {
            @Override
            public void onSuccess(SendResult result) {
              answered.countDown();
            }

            @Override
            public void onException(Throwable error) {
              refused.incrementAndGet();
              answered.countDown();
            }
          });
      sent.add("async-" + i);
    }
    require(answered.await(30, TimeUnit.SECONDS), "async sends were not all answered");
    require(refused.get() == 0, refused.get() + " async sends failed");
    for (int i = 0; i < count; i++) {
      Message message = new Message(topic, "Oneway", bytes("oneway-" + i));
      repeated(() -> producer.sendOneway(message));
      sent.add("oneway-" + i);
    }
    for (int first = 0; first < count; first += 10) {
      List<Message> batch = new ArrayList<>();
      for (int i = first; i < Math.min(first + 10, count); i++) {
        batch.add(new Message(topic, "Batch", "batch" + i, bytes("batch-" + i)));
        sent.add("batch-" + i);
      }
      SendResult result = producer.send(batch);
      require(result.getMsgId().split(",").length == batch.size(), "batch msgIds " + result.getMsgId());
    }
    String large = "large-" + "x".repeat(10_000);
    producer.send(new Message(topic, "Large", bytes(large)));
    sent.add(large);

    Set<String> received = ConcurrentHashMap.newKeySet();
    DefaultMQPushConsumer consumer = consumer("concurrent");
    consumer.subscribe(topic, "*");
    consumer.registerMessageListener(
        (MessageListenerConcurrently)
            (messages, context) -> {
              for (MessageExt message : messages) {
                received.add(new String(message.getBody(), StandardCharsets.UTF_8));
              }
              return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
            });
    consumer.start();
    Set<String> promised = new HashSet<>(sent);
    if (brokerDies) {
      promised.removeIf(body -> body.startsWith("oneway-"));
    }
    awaitAll(received, promised);
    require(sent.containsAll(received), "what was received is not what was sent");
    consumer.shutdown();
    producer.shutdown();
  }

  private static void sendToQueue(DefaultMQProducer producer, Message message, int key) throws Exception {
    repeated(
        () -> producer.send(message, (queues, sent, choice) -> queues.get((Integer) choice % queues.size()), key));
  }

  /**
   * The client never repeats a send to a chosen queue or a one-way send by itself, neither when the broker dies with the
   * request nor while it knows no master. The application does; the message keeps its unique id, so it is stored once.
   */
  private static void repeated(Checks.Check send) throws Exception {
    for (int attempt = 1; ; attempt++) {
      try {
        send.run();
        return;
      } catch (RemotingException | MQClientException failure) {
        if (attempt == 30) {
          throw failure;
        }
        Thread.sleep(100);
      }
    }
  }

  private void orderly() throws Exception {
    String topic = "InteropOrderly_" + run;
    DefaultMQProducer producer = producer("orderly");
    for (int i = 0; i < count; i++) {
      sendToQueue(producer, new Message(topic, "Ordered", bytes(Integer.toString(i))), i % 4);
    }
    Set<String> received = ConcurrentHashMap.newKeySet();
    ConcurrentHashMap<Integer, Long> last = new ConcurrentHashMap<>();
    AtomicInteger disorder = new AtomicInteger();
    DefaultMQPushConsumer consumer = consumer("orderly");
    consumer.subscribe(topic, "*");
    consumer.registerMessageListener(
        (MessageListenerOrderly)
            (messages, context) -> {
              for (MessageExt message : messages) {
                int number = Integer.parseInt(new String(message.getBody(), StandardCharsets.UTF_8));
                Long previous = last.put(number % 4, (long) number);
                if (previous != null && previous >= number) {
                  disorder.incrementAndGet();
                }
                received.add(Integer.toString(number));
              }
              return ConsumeOrderlyStatus.SUCCESS;
            });
    consumer.start();
    awaitSize(received, count);
    require(disorder.get() == 0, disorder.get() + " messages out of order");
    consumer.shutdown();
    producer.shutdown();
  }

  private void tags() throws Exception {
    String topic = "InteropTags_" + run;
    DefaultMQProducer producer = producer("tags");
    for (int i = 0; i < count; i++) {
      producer.send(new Message(topic, i % 2 == 0 ? "Even" : "Odd", bytes("tag-" + i)));
    }
    Set<String> received = ConcurrentHashMap.newKeySet();
    AtomicInteger wrong = new AtomicInteger();
    DefaultMQPushConsumer consumer = consumer("tags");
    consumer.subscribe(topic, "Even || Other");
    consumer.registerMessageListener(
        (MessageListenerConcurrently)
            (messages, context) -> {
              for (MessageExt message : messages) {
                if (!"Even".equals(message.getTags())) {
                  wrong.incrementAndGet();
                }
                received.add(new String(message.getBody(), StandardCharsets.UTF_8));
              }
              return ConsumeConcurrentlyStatus.CONSUME_SUCCESS;
            });
    consumer.start();
    awaitSize(received, (count + 1) / 2);
    require(wrong.get() == 0, wrong.get() + " messages of another tag");
    consumer.shutdown();
    producer.shutdown();
  }

  private void queries() throws Exception {
    String topic = "InteropQueries_" + run;
    DefaultMQProducer producer = producer("queries");
    MessageQueue queue = producer.send(new Message(topic, bytes("first"))).getMessageQueue();
    long before = System.currentTimeMillis();
    SendResult second = producer.send(new Message(topic, bytes("second")), queue);
    long max = producer.maxOffset(queue);
    require(max == second.getQueueOffset() + 1, "maxOffset " + max + " after offset " + second.getQueueOffset());
    require(producer.minOffset(queue) == 0, "minOffset " + producer.minOffset(queue));
    long byTime = producer.searchOffset(queue, before);
    require(byTime >= 0 && byTime <= second.getQueueOffset(), "searchOffset " + byTime);
    MessageExt viewed = producer.viewMessage(topic, second.getOffsetMsgId());
    require("second".equals(new String(viewed.getBody(), StandardCharsets.UTF_8)), "viewMessage body");
    require(viewed.getQueueOffset() == second.getQueueOffset(), "viewMessage queueOffset");
    producer.shutdown();
  }

  private void lookups() throws Exception {
    String topic = "InteropLookups_" + run;
    DefaultMQProducer producer = producer("lookups");
    MessageQueue queue = producer.send(new Message(topic, "Tag", "red green", bytes("0"))).getMessageQueue();
    List<SendResult> sent = new ArrayList<>();
    for (int i = 1; i <= 70; i++) {
      Thread.sleep(i == 36 ? 50 : 1);
      sent.add(producer.send(new Message(topic, "Tag", "green", bytes(Integer.toString(i))), queue));
    }
    // The same key in another topic.
    producer.send(new Message(topic + "_other", "Tag", "green", bytes("other")));
    SendResult middle = sent.get(34);

    MessageExt byId = producer.viewMessage(topic, middle.getMsgId());
    require("35".equals(new String(byId.getBody(), StandardCharsets.UTF_8)), "viewMessage by unique id");
    require(byId.getQueueOffset() == middle.getQueueOffset(), "offset of the message viewed by unique id");
    long time = byId.getStoreTimestamp();

    require(bodies(producer, topic, "red", 64, 0, Long.MAX_VALUE).equals(List.of("0")), "query by one of two keys");
    List<String> green = bodies(producer, topic, "green", 1000, 0, Long.MAX_VALUE);
    require(green.size() == 64 && green.contains("70") && !green.contains("6"), "the newest 64: " + green);
    require(bodies(producer, topic, "green", 2, 0, Long.MAX_VALUE).equals(List.of("69", "70")), "the newest two");
    require(bodies(producer, topic, "green", 1, 0, time).equals(List.of("35")), "the end of a range is included");
    List<String> later = bodies(producer, topic, "green", 64, time, Long.MAX_VALUE);
    require(later.size() == 36 && later.contains("35"), "the beginning of a range is included: " + later);
    try {
      producer.queryMessage(topic, "none", 64, 0, Long.MAX_VALUE);
      throw new IllegalStateException("a key that no message has was found");
    } catch (MQClientException expected) {
      require(expected.getResponseCode() == NO_MESSAGE, "code " + expected.getResponseCode());
    }
    try {
      producer.viewMessage(topic, sent.get(0).getOffsetMsgId().substring(0, 16) + "7FFFFFFFFFFFFFFF");
      throw new IllegalStateException("a message beyond the end of the log was viewed");
    } catch (MQBrokerException | MQClientException expected) {
      System.out.println("  as it should be: " + expected.getMessage().split("\n")[0]);
    }

    long earliest = producer.earliestMsgStoreTime(queue);
    require(producer.searchOffset(queue, earliest) == 0, "the earliest store time is that of offset 0");
    require(earliest < time && earliest > time - 60_000, "earliestMsgStoreTime " + earliest);
    long atTime = producer.searchOffset(queue, time);
    require(atTime <= middle.getQueueOffset() && atTime >= middle.getQueueOffset() - 2, "searchOffset " + atTime);
    producer.shutdown();
  }

  /** Bodies of the messages found, in the order of their queue offsets. */
  private static List<String> bodies(
      DefaultMQProducer producer, String topic, String key, int max, long begin, long end) throws Exception {
    List<MessageExt> found = new ArrayList<>(producer.queryMessage(topic, key, max, begin, end).getMessageList());
    found.sort(Comparator.comparingLong(MessageExt::getQueueOffset));
    List<String> bodies = new ArrayList<>();
    for (MessageExt message : found) {
      bodies.add(new String(message.getBody(), StandardCharsets.UTF_8));
    }
    return bodies;
  }
}
