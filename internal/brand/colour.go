package brand

import (
	"fmt"
	"math"
)

// rgb is a colour in sRGB, each part 0–255. Parts are kept as floats while a colour is moved, and rounded where it is written.
type rgb [3]float64

var (
	black = rgb{}
	white = rgb{255, 255, 255}
)

// The two thresholds below which sRGB is linear: WCAG's own text uses the first, the colour spaces the second.
const (
	wcagLinear = .03928
	srgbLinear = .04045
)

func (c rgb) hex() string {
	c = c.rounded()
	return fmt.Sprintf("#%02x%02x%02x", int(c[0]), int(c[1]), int(c[2]))
}

func (c rgb) rounded() rgb {
	for i, v := range c {
		c[i] = math.Max(0, math.Min(255, math.Floor(v+.5)))
	}
	return c
}

func linear(part, threshold float64) float64 {
	part /= 255
	if part <= threshold {
		return part / 12.92
	}
	return math.Pow((part+.055)/1.055, 2.4)
}

func gamma(x float64) float64 {
	if x <= .0031308 {
		return 255 * 12.92 * x
	}
	return 255 * (1.055*math.Pow(x, 1/2.4) - .055)
}

// luminance is the relative luminance of WCAG 2.
func (c rgb) luminance() float64 {
	return .2126*linear(c[0], wcagLinear) + .7152*linear(c[1], wcagLinear) + .0722*linear(c[2], wcagLinear)
}

// contrast is the contrast ratio of WCAG 2, 1 to 21.
func contrast(a, b rgb) float64 {
	light, dark := a.luminance(), b.luminance()
	if light < dark {
		light, dark = dark, light
	}
	return (light + .05) / (dark + .05)
}

// withLuminance moves a colour towards black or white until it has the wanted luminance.
func (c rgb) withLuminance(want float64) rgb {
	switch want {
	case 0:
		return black
	case 1:
		return white
	}
	low, high := c, white
	if c.luminance() > want {
		low, high = black, c
	}
	for step := 0; ; step++ {
		middle := rgb{(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2}
		is := middle.luminance()
		if math.Abs(want-is) < 1e-7 || step >= 20 {
			return middle.rounded()
		}
		if is > want {
			high = middle
		} else {
			low = middle
		}
	}
}

// lightness is L* of CIE Lab, 0 to 100.
func (c rgb) lightness() float64 {
	y := .21263900587151*linear(c[0], srgbLinear) + .715168678767756*linear(c[1], srgbLinear) + .072192315360733*linear(c[2], srgbLinear)
	if y <= .0088564516 {
		return y * 903.2962962
	}
	return 116*math.Cbrt(y) - 16
}

// luminanceOf is the luminance of the grey with the given lightness.
func luminanceOf(lightness float64) float64 {
	y := 0.0
	switch {
	case lightness > 99.9999999:
		y = 1
	case lightness < .00000001:
	case lightness <= 8:
		y = lightness / 903.2962962
	default:
		y = math.Pow((lightness+16)/116, 3)
	}
	v := gamma(y)
	return rgb{v, v, v}.rounded().luminance()
}

// withChroma multiplies the chroma of OKLCH: below one the colour is calmer, at the same lightness and hue.
func (c rgb) withChroma(factor float64) rgb {
	r, g, b := linear(c[0], srgbLinear), linear(c[1], srgbLinear), linear(c[2], srgbLinear)
	l := math.Cbrt(.4122214708*r + .5363325363*g + .0514459929*b)
	m := math.Cbrt(.2119034982*r + .6806995451*g + .1073969566*b)
	s := math.Cbrt(.0883024619*r + .2817188376*g + .6299787005*b)
	light := .2104542553*l + .793617785*m - .0040720468*s
	greenRed := (1.9779984951*l - 2.428592205*m + .4505937099*s) * factor
	blueYellow := (.0259040371*l + .7827717662*m - .808675766*s) * factor
	l = cube(light + .3963377774*greenRed + .2158037573*blueYellow)
	m = cube(light - .1055613458*greenRed - .0638541728*blueYellow)
	s = cube(light - .0894841775*greenRed - 1.291485548*blueYellow)
	return rgb{
		gamma(4.0767416621*l - 3.3077115913*m + .2309699292*s),
		gamma(-1.2684380046*l + 2.6097574011*m - .3413193965*s),
		gamma(-.0041960863*l - .7034186147*m + 1.707614701*s),
	}.rounded()
}

func cube(x float64) float64 { return x * x * x }
