/** The door of valibot: shapes that unknown data is parsed with, once, at every boundary. */
export * from 'valibot'
