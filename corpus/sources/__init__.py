"""From what people have to documents: files, archives, WARCs, tables and feeds."""
