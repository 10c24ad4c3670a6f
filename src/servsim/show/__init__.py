"""Showing: tables, sentences and pictures of results; nothing here simulates."""
