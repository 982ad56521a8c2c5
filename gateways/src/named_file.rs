//! What a configuration names: something that comes with Clutch, or a file.

/// Finds it by its name among what comes with Clutch, else reads the file of that name.
///
/// # Errors
/// A sentence that says what is wrong, where, and what can stand there.
pub fn find<T>(
    name: &str,
    embedded: &[(&str, &str)],
    parse: impl Fn(&str) -> Result<T, String>,
) -> Result<T, String> {
    if let Some((_, text)) = embedded.iter().find(|(known, _)| *known == name) {
        return parse(text);
    }
    let text = std::fs::read_to_string(name).map_err(|error| {
        let known: Vec<&str> = embedded.iter().map(|(known, _)| *known).collect();
        format!("`{name}` is neither {} nor a file that can be read: {error}", known.join(" nor "))
    })?;
    parse(&text).map_err(|what| format!("{name}: {what}"))
}
