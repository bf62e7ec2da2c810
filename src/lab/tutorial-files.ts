export const TUTORIAL_FILES: Readonly<Record<string, string>> = {};
