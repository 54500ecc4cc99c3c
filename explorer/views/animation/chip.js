// A Planet Fusion chip on the page.

export const SIZE = 200 // pixels along its edge
