package dev.caravan.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;

/** Where and when a run took place, for the head of its results. */
final class Machine {

    private Machine() {}

    /** What there is to tell, in order. */
    static Map<String, String> describe(Path project) {
        Map<String, String> m = new LinkedHashMap<>();
        m.put("date", ZonedDateTime.now(ZoneOffset.UTC).format(DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'")));
        m.put("commit", Workplace.firstLine("git", "-C", project.toString(), "describe", "--always", "--dirty"));
        m.put("processor", Runtime.getRuntime().availableProcessors() + " cores, " + processor());
        m.put("memory", memory());
        m.put("system", System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                + System.getProperty("os.arch"));
        m.put("java", System.getProperty("java.runtime.version") + ", " + System.getProperty("java.vendor"));
        return m;
    }

    private static String processor() {
        return valueIn("/proc/cpuinfo", "model name", System.getProperty("os.arch"));
    }

    private static String memory() {
        String total = valueIn("/proc/meminfo", "MemTotal", "").replaceAll("\\D", "");
        return total.isEmpty() ? "unknown" : Math.round(Long.parseLong(total) / 1e6) + " GB";
    }

    private static String valueIn(String file, String key, String otherwise) {
        try {
            return Files.readAllLines(Path.of(file)).stream().filter(l -> l.startsWith(key)).findFirst()
                    .map(l -> l.substring(l.indexOf(':') + 1).strip()).orElse(otherwise);
        } catch (IOException e) {
            return otherwise;
        }
    }
}
