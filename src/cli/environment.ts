/** Every environment variable that hx reads, with its meaning: help, reference and their test share it. */
export const ENVIRONMENT: readonly (readonly [name: string, meaning: string])[] = [
  ["HX_CONFIG_DIR", "keys of the person, and `secrets`, their own patterns for the scan; $XDG_CONFIG_HOME/hx, else ~/.config/hx"],
  ["HX_STATE_DIR", "trust state: verified heads and pins; $XDG_STATE_HOME/hx, else ~/.local/state/hx"],
  ["HX_CACHE_DIR", "what can be made again; $XDG_CACHE_HOME/hx, else ~/.cache/hx"],
  ["HX_SESSIONS_DIR", "folder in which other tools hand sessions over; $XDG_DATA_HOME/hx/sessions, else hx/sessions in the platform's data directory"],
  ["HX_PASSPHRASE_FILE", "file whose first line is the passphrase, as --passphrase-file; for CI"],
  ["HX_PASSPHRASE_COMMAND", "command that prints the passphrase, as --passphrase-command; for CI"],
  ["HX_CAPTURE_KEY", "capture-only key of a throwaway machine, as `hx device issue` makes it: keeps sessions without an identity, opens nothing"],
  ["HX_CAPTURE_KEY_FILE", "file that holds it; HX_CAPTURE_KEY goes before it"],
  ["HX_NO_INPUT", "not empty: never ask, as --no-input"],
  ["HX_PAGER", "pager; goes before git's core.pager and PAGER; empty or `cat` for none"],
  ["HX_SKIP", "not empty: hooks do nothing"],
  ["PAGER", "pager, when neither HX_PAGER nor core.pager is set; LESS=FRX is set unless LESS is"],
  ["NO_COLOR", "not empty: no colour; --color goes before it"],
  ["FORCE_COLOR", "colour in a pipe too; 0 or false for none; NO_COLOR goes before it"],
  ["TERM", "`dumb`: no colour"],
  ["ACCESSIBLE", "not empty: plain prompts, no spinner"],
];
