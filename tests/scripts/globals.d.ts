// What the page's scripts find in the window beside the browser's own.

declare const Bokeh: any

interface Window {
  Bokeh?: any
  importShim?: any
  /** The picture that the HTML has drawn before any library ran; the animation takes it over. */
  explorerFirst?: any
  /** Says that the server is gone. */
  explorerLost: (never?: boolean) => void
  /** Asks by `beat` whether the server hears this page; tells `silent` and `back`. */
  explorerPulse?: (told: { beat: () => void; silent: () => void; back: () => void }) => any
  explorerComponents?: Promise<any>
  explorerComponentsCame?: (came: Promise<any>) => void
}

declare module "d3-interpolate" {
  /** The way between two views, each the middle and the width; how long it takes, ms. */
  export const interpolateZoom: (
    from: [number, number, number],
    to: [number, number, number],
  ) => ((t: number) => [number, number, number]) & { duration: number }
}

declare module "*.css" {
  /** The text of a style sheet, which the bundle holds. */
  const text: string
  export default text
}
