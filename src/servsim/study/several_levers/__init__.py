"""`optimise`: several levers at once, by a metamodel-guided search and a comparison of its finalists."""
