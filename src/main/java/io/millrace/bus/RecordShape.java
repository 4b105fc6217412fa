package io.millrace.bus;

import java.io.IOException;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Constructor;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.avro.io.Decoder;
import org.apache.avro.io.Encoder;
import org.jspecify.annotations.Nullable;

/**
 * How a value of a type is written in Avro's binary form. A record is its components in their
 * order; one of a sealed interface's records is preceded by its place among them in the order of
 * their names; what may be missing is a union with null. So a new component goes to the end, a new
 * record changes the places of others, and its nodes are of one release.
 *
 * <p>Threading: any thread.
 */
interface RecordShape {
  void write(Object value, Encoder out) throws IOException;

  Object read(Decoder in) throws IOException;

  /** The shape of a record, or of a sealed interface of records. */
  static RecordShape of(Class<?> type) {
    return new Shapes().shape(type);
  }

  /** Makes shapes, each once, so that a type may refer to itself. */
  final class Shapes {
    private final Map<Type, RecordShape> known = new LinkedHashMap<>();

    private Shapes() {}

    RecordShape shape(Type type) {
      RecordShape shape = known.get(type);
      if (shape == null) {
        shape = made(type);
        known.put(type, shape);
      }
      return shape;
    }

    private RecordShape made(Type type) {
      if (type instanceof ParameterizedType parameterized) {
        return container(parameterized);
      }
      if (!(type instanceof Class<?> raw)) {
        throw new IllegalArgumentException(type + " does not travel between nodes");
      }
      if (raw.isRecord()) {
        return record(raw);
      } else if (raw.isSealed()) {
        return sealed(raw);
      }
      return ScalarShapes.of(raw);
    }

    private RecordShape container(ParameterizedType type) {
      Class<?> raw = (Class<?>) type.getRawType();
      Type[] of = type.getActualTypeArguments();
      if (raw == Optional.class) {
        return new OptionalShape(shape(of[0]));
      } else if (raw == List.class || raw == Set.class) {
        return new ListShape(shape(of[0]), raw == Set.class);
      } else if (raw == Map.class) {
        return new MapShape(shape(of[0]), shape(of[1]));
      }
      return shape(raw); // The parameter is a tag of its kind of answer.
    }

    private RecordShape record(Class<?> type) {
      RecordComponent[] components = type.getRecordComponents();
      Class<?>[] types = new Class<?>[components.length];
      List<RecordShape> shapes = new ArrayList<>();
      List<Method> accessors = new ArrayList<>();
      for (int i = 0; i < components.length; i++) {
        types[i] = components[i].getType();
        accessors.add(components[i].getAccessor());
        RecordShape shape = shape(components[i].getGenericType());
        shapes.add(isNullable(components[i]) ? new NullableShape(shape) : shape);
      }
      try {
        return new ProductShape(type.getDeclaredConstructor(types), accessors, shapes);
      } catch (NoSuchMethodException e) {
        throw new IllegalStateException(e);
      }
    }

    private static boolean isNullable(RecordComponent component) {
      AnnotatedType type = component.getAnnotatedType();
      return type.isAnnotationPresent(Nullable.class);
    }

    private RecordShape sealed(Class<?> type) {
      // In the order of their names: the compiler's depends on what it compiled before.
      List<Class<?>> alternatives =
          Stream.<Class<?>>of(type.getPermittedSubclasses())
              .sorted(Comparator.comparing(Class::getName))
              .toList();
      return new SumShape(alternatives, alternatives.stream().map(this::shape).toList());
    }
  }

  /** A record. */
  record ProductShape(Constructor<?> constructor, List<Method> accessors, List<RecordShape> shapes)
      implements RecordShape {
    @Override
    public void write(Object value, Encoder out) throws IOException {
      for (int i = 0; i < shapes.size(); i++) {
        try {
          shapes.get(i).write(accessors.get(i).invoke(value), out);
        } catch (ReflectiveOperationException e) {
          throw new IllegalStateException(e);
        }
      }
    }

    @Override
    public Object read(Decoder in) throws IOException {
      @Nullable Object[] components = new Object[shapes.size()];
      for (int i = 0; i < components.length; i++) {
        components[i] = shapes.get(i).read(in);
      }
      try {
        return constructor.newInstance(components);
      } catch (ReflectiveOperationException e) {
        throw WireFormatError.of(
            "%s cannot be %s".formatted(constructor.getDeclaringClass().getSimpleName(), e));
      }
    }
  }

  /** One of several records. */
  record SumShape(List<Class<?>> types, List<RecordShape> shapes) implements RecordShape {
    @Override
    public void write(Object value, Encoder out) throws IOException {
      int number = types.indexOf(value.getClass());
      out.writeInt(number);
      shapes.get(number).write(value, out);
    }

    @Override
    public Object read(Decoder in) throws IOException {
      int number = in.readInt();
      if (number < 0 || number >= shapes.size()) {
        throw WireFormatError.of("record %s of %s".formatted(number, shapes.size()));
      }
      return shapes.get(number).read(in);
    }
  }

  /** What may be null. */
  record NullableShape(RecordShape shape) implements RecordShape {
    @Override
    public void write(@Nullable Object value, Encoder out) throws IOException {
      out.writeIndex(value == null ? 0 : 1);
      if (value != null) {
        shape.write(value, out);
      }
    }

    @Override
    @SuppressWarnings("NullAway") // null is what it is for
    public Object read(Decoder in) throws IOException {
      return in.readIndex() == 0 ? null : shape.read(in);
    }
  }

  /** What may be missing. */
  record OptionalShape(RecordShape shape) implements RecordShape {
    @Override
    public void write(Object value, Encoder out) throws IOException {
      Optional<?> optional = (Optional<?>) value;
      out.writeIndex(optional.isPresent() ? 1 : 0);
      if (optional.isPresent()) {
        shape.write(optional.get(), out);
      }
    }

    @Override
    public Object read(Decoder in) throws IOException {
      return in.readIndex() == 0 ? Optional.empty() : Optional.of(shape.read(in));
    }
  }

  /** A list, or a set. */
  record ListShape(RecordShape shape, boolean isSet) implements RecordShape {
    @Override
    public void write(Object value, Encoder out) throws IOException {
      java.util.Collection<?> all = (java.util.Collection<?>) value;
      out.writeArrayStart();
      out.setItemCount(all.size());
      for (Object one : all) {
        out.startItem();
        shape.write(one, out);
      }
      out.writeArrayEnd();
    }

    @Override
    public Object read(Decoder in) throws IOException {
      List<Object> all = new ArrayList<>();
      for (long count = in.readArrayStart(); count > 0; count = in.arrayNext()) {
        for (long i = 0; i < count; i++) {
          all.add(shape.read(in));
        }
      }
      return isSet ? new LinkedHashSet<>(all) : List.copyOf(all);
    }
  }

  /** A map, as a list of keys and values. */
  record MapShape(RecordShape key, RecordShape value) implements RecordShape {
    @Override
    public void write(Object map, Encoder out) throws IOException {
      Map<?, ?> all = (Map<?, ?>) map;
      out.writeArrayStart();
      out.setItemCount(all.size());
      for (Map.Entry<?, ?> entry : all.entrySet()) {
        out.startItem();
        key.write(entry.getKey(), out);
        value.write(entry.getValue(), out);
      }
      out.writeArrayEnd();
    }

    @Override
    public Object read(Decoder in) throws IOException {
      Map<Object, Object> all = new LinkedHashMap<>();
      for (long count = in.readArrayStart(); count > 0; count = in.arrayNext()) {
        for (long i = 0; i < count; i++) {
          Object readKey = key.read(in);
          all.put(readKey, value.read(in));
        }
      }
      return all;
    }
  }
}
