package brand

// step is one shade of a scale: the luminance it gets in each scheme, whatever the brand colour.
type step struct {
	name        string
	light, dark float64
}

// steps are Designsystemet's. Fixed luminances are why the contrasts hold for every brand colour.
var steps = []step{
	{"background-default", 1, .009},
	{"background-tinted", .9, .014},
	{"surface-default", 1, .021},
	{"surface-tinted", .81, .027},
	{"surface-hover", .7, .036},
	{"surface-active", .59, .056},
	{"border-subtle", .5, .08},
	{"border-default", .19, .22},
	{"border-strong", .11, .39},
	{"text-subtle", .11, .39},
	{"text-default", .0245, .84},
}

// darkChroma calms the shades of the dark scheme, where full colour glows.
const darkChroma = .7

// Token is one named shade, for instance "surface-tinted", "#e2eae9".
type Token struct{ Name, Hex string }

// scale makes the 16 shades of one colour, in the order they are written: a port of Designsystemet's algorithm.
func scale(colour rgb, dark bool) []Token {
	tokens := make([]Token, 0, len(steps)+5)
	tinted := colour
	if dark {
		tinted = colour.withChroma(darkChroma)
	}
	for _, s := range steps {
		want := s.light
		if dark {
			want = s.dark
		}
		tokens = append(tokens, Token{s.name, tinted.withLuminance(want).hex()})
	}
	return append(tokens, baseTokens(colour, dark)...)
}

// baseTokens are the shades of filled shapes: the brand colour itself, its hover and pressed forms, and what is written on it.
func baseTokens(colour rgb, dark bool) []Token {
	light := colour.lightness()
	base := colour
	if dark {
		light = mirrored(light)
		base = colour.withLuminance(luminanceOf(light))
	}
	change := 8.0
	if light <= 30 || light >= 49 && light <= 65 {
		change = -8
	}
	onBase, down := white, 1.0
	if contrast(base, white) < contrast(base, black) {
		onBase, down = black, -1
	}
	distance := 50.0
	if l := base.lightness(); l <= 40 || l >= 60 {
		distance = 60
	}
	return []Token{
		{"base-default", base.hex()},
		{"base-hover", colour.withLuminance(luminanceOf(light - change)).hex()},
		{"base-active", colour.withLuminance(luminanceOf(light - 2*change)).hex()},
		{"base-contrast-subtle", base.withLuminance(luminanceOf(base.lightness() + down*distance)).hex()},
		{"base-contrast-default", onBase.hex()},
	}
}

// mirrored is the lightness of the same shape on a dark page.
func mirrored(lightness float64) float64 {
	if lightness <= 30 {
		return 70
	}
	return 100 - lightness
}
