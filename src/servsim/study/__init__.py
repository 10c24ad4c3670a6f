"""Studies: figures read from traces, replications, comparisons of levels and of scenarios."""
