"""The Sentinel-2 panel and the spectra."""
