/** Git configuration key of this clone: where the workspace lives, when not in this repository. */
export const HOME_KEY = "hx.workspace";
