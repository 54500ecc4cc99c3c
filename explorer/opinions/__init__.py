"""Second opinions of land cover beside the labels: models' predictions, other maps, legends, and how far they agree."""
