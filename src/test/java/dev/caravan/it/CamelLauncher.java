package dev.caravan.it;

import java.lang.reflect.InvocationTargetException;

/**
 * The program {@code camel}: what the launcher that JBang installs does. It runs on a class path of its own, see
 * {@link CamelProcess}, and the project's own class path has no such class to compile against.
 */
final class CamelLauncher {
    private CamelLauncher() {}

    public static void main(String[] args) throws ReflectiveOperationException {
        try {
            Class.forName("org.apache.camel.dsl.jbang.core.commands.CamelJBangMain").getMethod("run", String[].class)
                    .invoke(null, (Object) args);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(e.getCause());
        }
    }
}
