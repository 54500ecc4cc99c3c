"""What all panels share: components and their messages, the selection and how a link says it, palettes."""
