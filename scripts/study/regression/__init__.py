"""Formulas, samples and estimators: what reghdfe and ivreghdfe print."""
