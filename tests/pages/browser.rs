//! A browser without a script: it keeps cookies, follows where it is led, and sends forms as they stand in a page.

use std::cell::RefCell;
use std::collections::BTreeMap;

use harness::client::PASSWORD;
use harness::{Client, Reply};
use scraper::{ElementRef, Html, Selector};

/// What a browser sends a form as.
pub const FORM: &str = "application/x-www-form-urlencoded";

/// A browser.
pub struct Browser {
    client: Client,
    jar: RefCell<BTreeMap<String, String>>,
}

/// A page that is shown.
pub struct Page {
    /// Where it is.
    pub place: String,
    /// How it came.
    pub reply: Reply,
    /// What it shows.
    pub html: Html,
}

/// A form with what stands in it.
#[derive(Clone, Debug)]
pub struct Form {
    pub action: String,
    pub fields: BTreeMap<String, String>,
}

/// A selector of elements.
pub fn selector(text: &str) -> Selector {
    Selector::parse(text).unwrap_or_else(|_| panic!("{text} selects nothing"))
}

impl Browser {
    /// A browser that has never been here.
    pub fn new(client: &Client) -> Self {
        Self {
            client: client.clone(),
            jar: RefCell::default(),
        }
    }

    /// A browser in which somebody has just signed up.
    pub async fn of(client: &Client, name: &str) -> Self {
        let browser = Self::new(client);
        let email = format!("{}@example.org", uuid::Uuid::new_v4());
        let form = browser.open("/sign-up").await.form("/sign-up");
        let form = form.with("name", name).with("email", &email);
        let shown = browser.send(&form.with("password", PASSWORD)).await;
        assert_eq!(shown.place, "/stable", "{}", shown.text("main"));
        browser
    }

    /// The same browser a moment ago: another tab that has the same cookies.
    pub fn tab(&self) -> Self {
        Self {
            client: self.client.clone(),
            jar: self.jar.clone(),
        }
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<String> {
        self.jar.borrow().get(name).cloned()
    }

    /// Puts a cookie into the jar, or takes it out.
    pub fn set_cookie(&self, name: &str, value: Option<&str>) {
        let mut jar = self.jar.borrow_mut();
        match value {
            Some(value) => jar.insert(name.to_owned(), value.to_owned()),
            None => jar.remove(name),
        };
    }

    /// One request with its answer; what it sets is kept.
    pub async fn ask(&self, method: &str, place: &str, body: Option<(&str, &[u8])>) -> Reply {
        let mut ask = self.client.ask(method, place);
        let cookies = self.jar.borrow().clone();
        let cookies: Vec<String> = cookies
            .iter()
            .map(|(it, at)| format!("{it}={at}"))
            .collect();
        if !cookies.is_empty() {
            ask = ask.header("cookie", &cookies.join("; "));
        }
        if method == "POST" {
            ask = ask.header("sec-fetch-site", "same-origin");
        }
        if let Some((kind, bytes)) = body {
            ask = ask.body(kind, bytes);
        }
        let reply = ask.send().await;
        self.keep(&reply);
        reply
    }

    fn keep(&self, reply: &Reply) {
        for set in reply.headers.get_all("set-cookie") {
            let set = set.to_str().unwrap();
            let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
            // The colours are nobody's secret, and a script may choose them.
            let is_kept_from_scripts = set.contains("HttpOnly") || name == "equoria_theme";
            assert!(
                is_kept_from_scripts && set.contains("SameSite=Lax"),
                "{set}"
            );
            let is_gone = set.contains("Max-Age=0");
            self.set_cookie(name, Some(value).filter(|_| !is_gone));
        }
    }

    /// Opens a page, and follows where it leads.
    pub async fn open(&self, place: &str) -> Page {
        let reply = self.ask("GET", place, None).await;
        self.follow(place, reply).await
    }

    /// Sends a form, and follows where it leads.
    pub async fn send(&self, form: &Form) -> Page {
        let reply = self.post(form).await;
        self.follow(&form.action, reply).await
    }

    /// Sends a form, and follows nothing.
    pub async fn post(&self, form: &Form) -> Reply {
        let body = form.body();
        self.ask("POST", &form.action, Some((FORM, body.as_bytes())))
            .await
    }

    async fn follow(&self, place: &str, mut reply: Reply) -> Page {
        let mut place = place.to_owned();
        for _ in 0..5 {
            if reply.status != 303 {
                break;
            }
            place = reply.header("location").to_owned();
            reply = self.ask("GET", &place, None).await;
        }
        assert_eq!(
            reply.header("content-type"),
            "text/html; charset=utf-8",
            "{place}: {}",
            reply.text()
        );
        let html = Html::parse_document(&reply.text());
        Page { place, reply, html }
    }
}

impl Page {
    /// The elements that are selected.
    pub fn all(&self, what: &str) -> Vec<ElementRef<'_>> {
        self.html.select(&selector(what)).collect()
    }

    /// The text in all that is selected.
    pub fn text(&self, what: &str) -> String {
        let all = self.all(what);
        let texts: Vec<String> = all.iter().map(|it| it.text().collect()).collect();
        texts.join(" ")
    }

    /// Requires a status.
    pub fn require(self, status: u16) -> Self {
        assert_eq!(
            self.reply.status,
            status,
            "{}: {}",
            self.place,
            self.text("main")
        );
        self
    }

    /// The only form that goes to this place, as it stands there.
    pub fn form(&self, action: &str) -> Form {
        let all = self.forms(action);
        assert_eq!(
            all.len(),
            1,
            "forms to {action} at {}: {}",
            self.place,
            self.text("main")
        );
        all.into_iter().next().unwrap()
    }

    /// The forms that go to this place.
    pub fn forms(&self, action: &str) -> Vec<Form> {
        let all = self.all("form[method=post]").into_iter();
        let here = all.filter(|it| it.attr("action") == Some(action));
        here.map(Form::of).collect()
    }
}

impl Form {
    fn of(form: ElementRef<'_>) -> Self {
        let mut fields = BTreeMap::new();
        for field in form.select(&selector("input, select, textarea")) {
            let name = field.attr("name").expect("a field has a name").to_owned();
            let value = if field.value().name() == "select" {
                let chosen = field.select(&selector("option[selected]")).next();
                let option = chosen.or_else(|| field.select(&selector("option")).next());
                option.and_then(|it| it.attr("value"))
            } else if field.attr("type") == Some("checkbox") {
                field.attr("checked").and(field.attr("value"))
            } else {
                Some(field.attr("value").unwrap_or_default())
            };
            if let Some(value) = value {
                fields.insert(name, value.to_owned());
            }
        }
        let action = form
            .attr("action")
            .expect("a form goes somewhere")
            .to_owned();
        Self { action, fields }
    }

    /// A form that no page has.
    pub fn made(action: &str, fields: &[(&str, &str)]) -> Self {
        let owned = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Self {
            action: action.to_owned(),
            fields: owned.collect(),
        }
    }

    /// The same with something typed.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.fields.insert(name.to_owned(), value.to_owned());
        self
    }

    /// The same without a field, as an unticked box is.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.fields.remove(name);
        self
    }

    /// What is typed in a field.
    pub fn typed(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }

    fn body(&self) -> String {
        let mut url = reqwest::Url::parse("http://x/").unwrap();
        url.query_pairs_mut().extend_pairs(&self.fields);
        url.query().unwrap_or_default().to_owned()
    }
}
