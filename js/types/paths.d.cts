export const include_dir: string;
export const sources: string[];
export const port: string;
export const cmake_dir: string;
export const js_library: string;
export namespace requiredConfig {
    let flags: string[];
}
export const root: string;
