// Executors in the driver's own thread: what runs tasks. Drivers whose executors are threads or elsewhere need not load it.
export { InlineLinks, type InlineLinksOptions } from '../inline-links.ts'
