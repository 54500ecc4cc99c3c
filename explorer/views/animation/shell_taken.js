// What the page's HTML has drawn already (shell.js) stays on the screen until the server's frames come.
export const takeOver = async (show) => {
  const shell = window.explorerFirst
  delete window.explorerFirst
  if (!shell) return
  const picture = await shell.picture
  if (picture) show({ sample: shell.sample, index: shell.index, iso: shell.iso, picture })
  shell.leave()
}
