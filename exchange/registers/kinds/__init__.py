"""The kinds of directories as data: one YAML file each, read by `exchange.registers.directory_kinds`."""
