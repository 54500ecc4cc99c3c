"""The Planet Fusion panel."""
