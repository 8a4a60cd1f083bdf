"""The wheel, the image, upgrades, and the files in `deploy/`."""
