/** A file that the bundle has beside its scripts: its address, relative to the script that imports it. */
declare module '*.svg' {
  const address: string
  export default address
}
