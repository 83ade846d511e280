/** What a machine with a capture-only key is told after a removal. Its author is elsewhere, and so is the command. */
export const REISSUE = "somebody was removed from the workspace since this capture-only key was issued, and nothing certifies it anew: its author issues another one";
export const REISSUE_COMMAND = "hx device issue --capture-only --expires 30d";
