"""Studies: metrics read from traces, replications, comparisons of levels and of scenarios."""
