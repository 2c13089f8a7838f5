"""The five stages, one verb a module, each readable without scrolling."""
