//! The colours of the profile `synfin`: legible, and apart from each other for all eyes. Formulas: WCAG 2 (contrast), sRGB to
//! CIELAB (D65), and the matrices of Machado, Oliveira and Fernandes (2009) for what the three kinds of colour blindness
//! leave, at full severity.

use std::fs;
use std::path::Path;

/// Red, green and blue, each 0 to 1, gamma-encoded.
type Colour = [f64; 3];
type Matrix = [[f64; 3]; 3];

const EYES: [(&str, Matrix); 4] = [
    ("full", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]),
    ("protan", [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    ("deutan", [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    ("tritan", [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
];

fn times(matrix: &Matrix, colour: Colour) -> Colour {
    matrix.map(|row| row.iter().zip(colour).map(|(a, b)| a * b).sum())
}

fn linear(colour: Colour) -> Colour {
    colour.map(|part| if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) })
}

/// The linear colour that such eyes see.
fn seen(matrix: &Matrix, colour: Colour) -> Colour {
    times(matrix, linear(colour)).map(|part| part.clamp(0.0, 1.0))
}

fn luminance(linear: Colour) -> f64 {
    0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
}

fn contrast(one: Colour, other: Colour) -> f64 {
    let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
    one.max(other) / one.min(other)
}

fn lab(linear: Colour) -> Colour {
    let xyz = times(
        &[[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]],
        linear,
    );
    let root = |part: f64| if part > 216.0 / 24389.0 { part.cbrt() } else { (24389.0 / 27.0 * part + 16.0) / 116.0 };
    let [x, y, z] = [root(xyz[0] / 0.95047), root(xyz[1]), root(xyz[2] / 1.08883)];
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

fn distance(one: Colour, other: Colour) -> f64 {
    lab(one).iter().zip(lab(other)).map(|(a, b)| (a - b).powi(2)).sum::<f64>().sqrt()
}

struct Rule {
    name: String,
    background: Colour,
    text: Colour,
}

/// The rules of synfin; Wireshark's own follow them.
const OURS: [&str; 4] = ["Reset", "Trouble", "Teardown", "Handshake"];

/// `@name@filter@[r,g,b][r,g,b]` in each line, 16 bits a colour.
fn rules() -> Vec<Rule> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles/synfin/colorfilters");
    let file = fs::read_to_string(path).expect("the profile's colours");
    let rule = |line: &str| {
        let rest = line.strip_prefix('@')?;
        let (name, rest) = rest.split_once('@')?;
        let (_, colours) = rest.rsplit_once("@[")?;
        let numbers: Vec<f64> = colours
            .split(|sign: char| !sign.is_ascii_digit())
            .filter(|word| !word.is_empty())
            .map(|word| word.parse::<f64>().expect("a number") / 65535.0)
            .collect();
        assert_eq!(numbers.len(), 6, "{line}");
        let colour = |from: usize| [numbers[from], numbers[from + 1], numbers[from + 2]];
        Some(Rule { name: name.to_string(), background: colour(0), text: colour(3) })
    };
    let rules: Vec<Rule> = file.lines().filter_map(rule).take(OURS.len()).collect();
    assert_eq!(rules.iter().map(|rule| rule.name.as_str()).collect::<Vec<_>>(), OURS, "those of profiles/README.md");
    rules
}

#[test]
fn text_is_legible_for_all_eyes() {
    for rule in rules() {
        for (name, eyes) in &EYES {
            let contrast = contrast(seen(eyes, rule.background), seen(eyes, rule.text));
            assert!(contrast >= 7.0, "{}, {name}: {contrast:.1} : 1", rule.name);
        }
    }
}

#[test]
fn backgrounds_are_apart_for_all_eyes() {
    let rules = rules();
    let mut grounds: Vec<(&str, Colour)> = vec![("white", [1.0; 3])];
    grounds.extend(rules.iter().map(|rule| (rule.name.as_str(), rule.background)));
    for (index, (one, ground)) in grounds.iter().enumerate() {
        for (other, second) in &grounds[index + 1..] {
            for (name, eyes) in &EYES {
                let distance = distance(seen(eyes, *ground), seen(eyes, *second));
                assert!(distance >= 19.0, "{one} and {other}, {name}: {distance:.1}");
            }
        }
    }
}

/// Both profiles have the same filters and colours, in the same order, under names of their language.
#[test]
fn two_languages() {
    let read = |profile: &str, file: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("profiles").join(profile).join(file);
        fs::read_to_string(path).unwrap_or_else(|error| panic!("{profile}/{file}: {error}"))
    };
    // What is between quotes of one line, or behind a rule's name, is the same.
    let rest = |file: &str, line: &str| match file {
        "colorfilters" => {
            line.split_once('@').and_then(|(_, rest)| rest.split_once('@')).map(|(_, rest)| rest.to_string())
        }
        "dfilters" => line.split_once("\" ").map(|(_, filter)| filter.to_string()),
        "dfilter_buttons" => line.split("\",\"").nth(2).map(str::to_string),
        _ => Some(line.to_string()),
    };
    for file in ["colorfilters", "dfilters", "dfilter_buttons", "dmacros", "dfilter_macros", "recent"] {
        let [english, chinese] = ["synfin", "synfin-zh"].map(|profile| read(profile, file));
        let lines = |text: &str| -> Vec<String> {
            text.lines().filter(|line| !line.starts_with('#')).filter_map(|line| rest(file, line)).collect()
        };
        assert!(!lines(&english).is_empty());
        assert_eq!(lines(&english), lines(&chinese), "{file}");
    }
    // Columns: each has the same format.
    let formats = |profile: &str| -> Vec<String> {
        let text = read(profile, "preferences");
        let columns = text.lines().filter(|line| line.starts_with('\t'));
        columns.map(|line| line.split_once("\", ").expect("a format").1.trim_end_matches(',').to_string()).collect()
    };
    assert_eq!(formats("synfin"), formats("synfin-zh"));
    // They fit 1280 pixels, the hidden one apart.
    let shown = read("synfin", "recent");
    let widths = shown.lines().filter(|line| line.starts_with('\t') && !line.contains("handshake.time"));
    let width = |line: &str| -> u32 {
        line.trim_end_matches(',').rsplit_once(", ").expect("a width").1.parse().expect("a number")
    };
    assert!(widths.map(width).sum::<u32>() <= 1280);
}

/// The formulas themselves, against values known elsewhere.
#[test]
fn formulas() {
    let [white, black, red] = [[1.0; 3], [0.0; 3], [1.0, 0.0, 0.0]].map(linear);
    assert!((contrast(white, black) - 21.0).abs() < 1e-9);
    assert!((contrast(red, white) - 4.0).abs() < 0.01, "3.998 in WCAG's own examples");
    let [l, a, b] = lab(red);
    assert!((l - 53.24).abs() < 0.05 && (a - 80.09).abs() < 0.1 && (b - 67.20).abs() < 0.1, "{l} {a} {b}");
}
