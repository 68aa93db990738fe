package dev.caravan.mlx;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.caravan.mlx.PythonTool.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * The worker in {@code src/main/python}: its own tests, its types and its style. Each of pytest's tests is one here. Those that need
 * mlx-lm are skipped where the Python at hand does not have it; the others run with a stand-in.
 *
 * <p>
 * The Python is the one that {@code -Dcaravan.mlx.python} names, otherwise that of {@code target/mlx-venv}, otherwise {@code python3}.
 */
class MlxWorkerIT {
    private static final Path TESTS = Path.of("src/test/python").toAbsolutePath();
    private static final Path REPORT = Path.of("target/mlx-pytest.xml").toAbsolutePath();

    private final PythonTool python = PythonTool.find();

    @Test
    void style() throws Exception {
        passes("ruff", "check", "--config", "pyproject.toml", ".", "../../main/python", "../../../bench");
    }

    @Test
    void format() throws Exception {
        passes("ruff", "format", "--check", "--config", "pyproject.toml", ".", "../../main/python", "../../../bench");
    }

    @Test
    void types() throws Exception {
        passes("mypy");
    }

    private void passes(String module, String... arguments) throws Exception {
        assumeTrue(python.has(module), () -> module + " is not installed for " + python);
        Outcome outcome = python.run(TESTS, module, arguments);
        assertEquals(0, outcome.exitCode(), outcome::output);
    }

    @TestFactory
    Stream<DynamicTest> behaviour() throws Exception {
        return pytest("not long");
    }

    @TestFactory
    @Tag("long")
    Stream<DynamicTest> endurance() throws Exception {
        return pytest("long");
    }

    private Stream<DynamicTest> pytest(String marked) throws Exception {
        assumeTrue(python.has("pytest"), () -> "pytest is not installed for " + python);
        Files.deleteIfExists(REPORT);
        Outcome outcome = python.run(TESTS, "pytest", "-q", "-m", marked, "--junitxml", REPORT.toString());
        assertTrue(Files.exists(REPORT), outcome::output);
        NodeList cases = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(REPORT.toFile())
                .getElementsByTagName("testcase");
        List<DynamicTest> tests = Stream.iterate(0, i -> i < cases.getLength(), i -> i + 1)
                .map(i -> test((Element) cases.item(i)))
                .toList();
        return Stream.concat(tests.stream(),
                Stream.of(DynamicTest.dynamicTest("pytest ends",
                        () -> assertEquals(0, outcome.exitCode(), outcome::output))));
    }

    private static DynamicTest test(Element testcase) {
        return DynamicTest.dynamicTest(testcase.getAttribute("classname") + "." + testcase.getAttribute("name"), () -> {
            for (String kind : List.of("failure", "error")) {
                NodeList found = testcase.getElementsByTagName(kind);
                if (found.getLength() > 0) {
                    fail(found.item(0).getTextContent());
                }
            }
            NodeList skipped = testcase.getElementsByTagName("skipped");
            if (skipped.getLength() > 0) {
                abort(((Element) skipped.item(0)).getAttribute("message"));
            }
        });
    }
}
