"""How replications are executed: engines, executors, scheduling; nothing of it changes an answer."""
