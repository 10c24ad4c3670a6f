"""The rooms of the SimPy story (`reference`), each for a part of what happens; the compiled loop has the same ones."""
