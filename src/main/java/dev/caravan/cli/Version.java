package dev.caravan.cli;

import picocli.CommandLine.IVersionProvider;

/** The version that the jar's manifest tells. */
public final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        String version = Version.class.getPackage().getImplementationVersion();
        return new String[]{"caravan " + (version == null ? "(not packaged)" : version), "java " + Runtime.version()};
    }
}
