"""Turn what people have into documents: files, archives, WARCs, tables and feeds."""
