"""Histories read off traces: of customers, visits, agents and days."""
