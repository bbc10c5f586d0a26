package peers;

import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.regex.Pattern;

/** One line of JSON: an object whose values are strings, numbers and truth values. The JDK has no reader of JSON. */
final class Plan {
    private static final Pattern FIELD =
            Pattern.compile("\"(\\w+)\"\\s*:\\s*(?:\"((?:[^\"\\\\]|\\\\.)*)\"|(-?\\d+|true|false|null))");
    private static final Pattern ESCAPE = Pattern.compile("\\\\(.)");

    private final Map<String, String> fields = new HashMap<>();

    Plan(String line) {
        var matcher = FIELD.matcher(line);
        while (matcher.find()) {
            var text = matcher.group(2);
            if (text != null) {
                fields.put(matcher.group(1), ESCAPE.matcher(text).replaceAll("$1"));
            } else if (!matcher.group(3).equals("null")) {
                fields.put(matcher.group(1), matcher.group(3));
            }
        }
        if (!"1".equals(fields.get("contract"))) {
            throw new IllegalArgumentException("contract " + fields.get("contract") + " is not known");
        }
    }

    /** A value, or null where there is none. */
    String text(String name) {
        return fields.get(name);
    }

    OptionalLong number(String name) {
        var text = fields.get(name);
        return text == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(text));
    }

    OptionalInt integer(String name) {
        var text = fields.get(name);
        return text == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(text));
    }

    boolean is(String name, boolean otherwise) {
        var text = fields.get(name);
        return text == null ? otherwise : Boolean.parseBoolean(text);
    }
}
