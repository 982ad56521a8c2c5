//! A real browser, driven over the WebDriver protocol: Chromium by its `chromedriver`.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::eventually;
use super::http::request;
use super::process::Running;

/// A browser with one window; both end when this is dropped.
pub struct Browser {
    // Ends last, since it ends the browser.
    driver: Running,
    address: SocketAddr,
    session: String,
}

/// What a screen is like.
#[derive(Clone, Copy, Debug)]
pub struct Screen {
    pub width: u32,
    pub height: u32,
    pub is_phone: bool,
    pub is_dark: bool,
}

/// The key under which WebDriver names an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

impl Browser {
    /// `Err` with the reason if there is none on this machine.
    pub fn start(profile: &Path) -> Result<Self, String> {
        for program in ["chromedriver", "chromium"] {
            let found = Command::new(program).arg("--version").output();
            found.map_err(|error| format!("{program}: {error}"))?;
        }
        let mut command = Command::new("chromedriver");
        command.arg("--port=0");
        let mut driver = Running::spawn(command);
        let line = driver.line_with("started successfully on port");
        let port = line.rsplit(' ').next().unwrap().trim_end_matches('.');
        let address = format!("127.0.0.1:{port}").parse().unwrap();
        let arguments = [
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
            &format!("--user-data-dir={}", profile.display()),
        ];
        let capabilities = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": {"args": arguments},
            "goog:loggingPrefs": {"browser": "ALL"},
        }}});
        let mut browser = Self { driver, address, session: String::new() };
        let answer = browser.call("POST", "/session", &capabilities);
        browser.session = answer["sessionId"].as_str().unwrap().to_owned();
        Ok(browser)
    }

    fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        match self.try_call(method, path, body) {
            Ok(value) => value,
            Err(error) => panic!("{method} {path}: {error}"),
        }
    }

    fn try_call(&self, method: &str, path: &str, body: &Value) -> Result<Value, Value> {
        let body = if method == "GET" { String::new() } else { body.to_string() };
        let kind = "Content-Type: application/json\r\n";
        let answer = request(self.address, method, path, kind, &body).unwrap();
        let value = answer.json()["value"].clone();
        if answer.status == 200 { Ok(value) } else { Err(value) }
    }

    fn in_session(&self, path: &str, body: &Value) -> Value {
        self.call("POST", &format!("/session/{}{path}", self.session), body)
    }

    fn devtools(&self, command: &str, parameters: Value) -> Value {
        self.in_session("/goog/cdp/execute", &json!({"cmd": command, "params": parameters}))
    }

    pub fn open(&self, url: &str) {
        self.in_session("/url", &json!({ "url": url }));
    }

    /// Looks as on this screen from now on.
    pub fn show_on(&self, screen: Screen) {
        let Screen { width, height, is_phone, is_dark } = screen;
        let scale = if is_phone { 2 } else { 1 };
        let metrics = json!({
            "width": width, "height": height, "deviceScaleFactor": scale, "mobile": is_phone,
        });
        self.devtools("Emulation.setDeviceMetricsOverride", metrics);
        let scheme = if is_dark { "dark" } else { "light" };
        // Without motion a picture cannot show something half-way.
        let features = json!([
            {"name": "prefers-color-scheme", "value": scheme},
            {"name": "prefers-reduced-motion", "value": "reduce"},
        ]);
        self.devtools("Emulation.setEmulatedMedia", json!({ "features": features }));
    }

    /// The value of an expression in the page.
    pub fn evaluate(&self, expression: &str) -> Value {
        let script = format!("return {expression};");
        self.in_session("/execute/sync", &json!({"script": script, "args": []}))
    }

    /// The visible text of the first element that fits, if there is one.
    pub fn text(&self, css: &str) -> Option<String> {
        let css = serde_json::to_string(css).unwrap();
        let text = self.evaluate(&format!("document.querySelector({css})?.innerText ?? null"));
        text.as_str().map(str::to_owned)
    }

    /// Waits for a text in the first element that fits.
    pub fn wait_for_text(&self, css: &str, fits: impl Fn(&str) -> bool) -> String {
        eventually(css, || self.text(css).filter(|text| fits(text)))
    }

    fn element(&self, css: &str) -> String {
        let element = self.in_session("/element", &json!({"using": "css selector", "value": css}));
        element[ELEMENT].as_str().unwrap().to_owned()
    }

    /// Clicks as a person would: what is covered or has moved away in that moment is tried again.
    pub fn click(&self, css: &str) {
        eventually(&format!("a click on {css}"), || {
            let element = self.element(css);
            let path = format!("/session/{}/element/{element}/click", self.session);
            self.try_call("POST", &path, &json!({})).ok()
        });
    }

    /// Types into a field in place of what was there.
    pub fn type_into(&self, css: &str, text: &str) {
        let element = self.element(css);
        self.in_session(&format!("/element/{element}/clear"), &json!({}));
        self.in_session(&format!("/element/{element}/value"), &json!({ "text": text }));
    }

    /// What the page has complained about.
    pub fn complaints(&self) -> Vec<Value> {
        let log = self.in_session("/se/log", &json!({"type": "browser"}));
        log.as_array().unwrap().clone()
    }

    /// A picture of what can be seen now, as a PNG file.
    pub fn picture(&self, dir: &Path, name: &str) -> PathBuf {
        let path = format!("/session/{}/screenshot", self.session);
        let picture = self.call("GET", &path, &Value::Null);
        let path = dir.join(format!("{name}.png"));
        std::fs::write(&path, base64(picture.as_str().unwrap())).unwrap();
        path
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let path = format!("/session/{}", self.session);
        let _ = request(self.address, "DELETE", &path, "", "");
        self.driver.kill();
    }
}

/// Base64 as WebDriver writes pictures.
fn base64(text: &str) -> Vec<u8> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        other => panic!("{} is not base64", char::from(other)),
    };
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0_u32, 0);
    for byte in text.bytes().filter(|byte| !matches!(byte, b'=' | b'\n' | b'\r')) {
        bits = bits << 6 | u32::from(digit(byte));
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    bytes
}
