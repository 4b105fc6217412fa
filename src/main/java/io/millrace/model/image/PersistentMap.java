package io.millrace.model.image;

import java.util.AbstractCollection;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * An immutable sorted map whose changed copies share all but a path with the original: a treap
 * (Seidel and Aragon, 1996), a search tree by key and a heap by priority. One key, value and
 * priority set has exactly one shape, so two maps are compared in time that grows with their
 * difference. Depth is logarithmic because priorities are as good as random: callers derive them
 * from ids that no client can choose.
 */
final class PersistentMap<K, V> {
  private final Comparator<? super K> order;
  private final @Nullable Node<K, V> root;

  private PersistentMap(Comparator<? super K> order, @Nullable Node<K, V> root) {
    this.order = order;
    this.root = root;
  }

  static <K, V> PersistentMap<K, V> empty(Comparator<? super K> order) {
    return new PersistentMap<>(order, null);
  }

  int size() {
    return size(root);
  }

  @Nullable V get(K key) {
    Node<K, V> node = root;
    while (node != null) {
      int side = order.compare(key, node.key);
      if (side == 0) {
        return node.value;
      }
      node = side < 0 ? node.left : node.right;
    }
    return null;
  }

  /** A copy in which the key has this value; a key that is there must keep its priority. */
  PersistentMap<K, V> with(K key, V value, long priority) {
    return new PersistentMap<>(order, insert(root, new Node<>(key, value, priority, null, null)));
  }

  /** A copy without the key; this map if the key is not there. */
  PersistentMap<K, V> without(K key) {
    return get(key) == null ? this : new PersistentMap<>(order, remove(root, key));
  }

  /** The values in the order of their keys. */
  Collection<V> values() {
    return new AbstractCollection<>() {
      @Override
      public Iterator<V> iterator() {
        return new InOrder<>(root);
      }

      @Override
      public int size() {
        return PersistentMap.this.size();
      }
    };
  }

  /** Calls back, in the order of keys, for each key whose value is another one in {@code older}. */
  void differencesTo(PersistentMap<K, V> older, Difference<V> each) {
    compare(older.root, root, each);
  }

  /** What became of one key: absent before, absent now, or another value. */
  interface Difference<V> {
    void on(@Nullable V before, @Nullable V now);
  }

  /** Not a record: two nodes are the same only if they are one object. */
  private static final class Node<K, V> {
    final K key;
    final V value;
    final long priority;
    final @Nullable Node<K, V> left;
    final @Nullable Node<K, V> right;
    final int size;

    Node(K key, V value, long priority, @Nullable Node<K, V> left, @Nullable Node<K, V> right) {
      this.key = key;
      this.value = value;
      this.priority = priority;
      this.left = left;
      this.right = right;
      this.size = 1 + PersistentMap.size(left) + PersistentMap.size(right);
    }

    Node<K, V> with(@Nullable Node<K, V> newLeft, @Nullable Node<K, V> newRight) {
      return new Node<>(key, value, priority, newLeft, newRight);
    }
  }

  private record Split<K, V>(
      @Nullable Node<K, V> below, @Nullable V at, @Nullable Node<K, V> above) {}

  private static int size(@Nullable Node<?, ?> node) {
    return node == null ? 0 : node.size;
  }

  private boolean isAbove(Node<K, V> one, Node<K, V> other) {
    return one.priority != other.priority
        ? one.priority > other.priority
        : order.compare(one.key, other.key) < 0;
  }

  private Node<K, V> insert(@Nullable Node<K, V> node, Node<K, V> leaf) {
    if (node == null) {
      return leaf;
    }
    int side = order.compare(leaf.key, node.key);
    if (side == 0) {
      if (leaf.priority != node.priority) {
        throw new IllegalArgumentException(leaf.key + " is there with another priority");
      }
      return leaf.with(node.left, node.right);
    }
    if (side < 0) {
      Node<K, V> left = insert(node.left, leaf);
      return isAbove(left, node)
          ? left.with(left.left, node.with(left.right, node.right))
          : node.with(left, node.right);
    }
    Node<K, V> right = insert(node.right, leaf);
    return isAbove(right, node)
        ? right.with(node.with(node.left, right.left), right.right)
        : node.with(node.left, right);
  }

  private @Nullable Node<K, V> remove(@Nullable Node<K, V> node, K key) {
    if (node == null) {
      return null;
    }
    int side = order.compare(key, node.key);
    if (side == 0) {
      return merge(node.left, node.right);
    }
    return side < 0
        ? node.with(remove(node.left, key), node.right)
        : node.with(node.left, remove(node.right, key));
  }

  private @Nullable Node<K, V> merge(@Nullable Node<K, V> left, @Nullable Node<K, V> right) {
    if (left == null || right == null) {
      return left == null ? right : left;
    }
    return isAbove(left, right)
        ? left.with(left.left, merge(left.right, right))
        : right.with(merge(left, right.left), right.right);
  }

  private Split<K, V> split(@Nullable Node<K, V> node, K key) {
    if (node == null) {
      return new Split<>(null, null, null);
    }
    int side = order.compare(key, node.key);
    if (side == 0) {
      return new Split<>(node.left, node.value, node.right);
    }
    if (side < 0) {
      Split<K, V> inner = split(node.left, key);
      return new Split<>(inner.below, inner.at, node.with(inner.above, node.right));
    }
    Split<K, V> inner = split(node.right, key);
    return new Split<>(node.with(node.left, inner.below), inner.at, inner.above);
  }

  private void compare(@Nullable Node<K, V> before, @Nullable Node<K, V> now, Difference<V> each) {
    if (before == now) {
      return;
    }
    if (now == null || (before != null && isAbove(before, now))) {
      Node<K, V> top = Objects.requireNonNull(before);
      Split<K, V> parts = split(now, top.key);
      compare(top.left, parts.below, each);
      report(top.value, parts.at, each);
      compare(top.right, parts.above, each);
    } else {
      Split<K, V> parts = split(before, now.key);
      compare(parts.below, now.left, each);
      report(parts.at, now.value, each);
      compare(parts.above, now.right, each);
    }
  }

  private void report(@Nullable V before, @Nullable V now, Difference<V> each) {
    if (!Objects.equals(before, now)) {
      each.on(before, now);
    }
  }

  private static final class InOrder<K, V> implements Iterator<V> {
    private final Deque<Node<K, V>> path = new ArrayDeque<>();

    InOrder(@Nullable Node<K, V> root) {
      descend(root);
    }

    private void descend(@Nullable Node<K, V> from) {
      for (Node<K, V> node = from; node != null; node = node.left) {
        path.push(node);
      }
    }

    @Override
    public boolean hasNext() {
      return !path.isEmpty();
    }

    @Override
    public V next() {
      if (path.isEmpty()) {
        throw new NoSuchElementException();
      }
      Node<K, V> node = path.pop();
      descend(node.right);
      return node.value;
    }
  }
}
