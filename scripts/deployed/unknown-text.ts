// What stands for a text that nobody in the repository knows?

/** In the place of a value that the chart's parent may give: a character that no manifest has. */
export const unknownText = '\ue000'
