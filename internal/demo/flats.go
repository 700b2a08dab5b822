package demo

import (
	"fmt"
	"strconv"
)

// site is a building or a stairway with the numbers of its flats. A number comes once in an association: residents type it
// alone.
type site struct {
	name, street string
	flats        []string
}

// norwegian numbers the flats of a stairway by floor and door: H0101, H0102 …
func norwegian(floors, first, last int) (all []string) {
	for f := 1; f <= floors; f++ {
		for n := first; n <= last; n++ {
			all = append(all, fmt.Sprintf("H%02d%02d", f, n))
		}
	}
	return all
}

// swedish numbers them as the land register does, the ground floor being 10, in houses of five floors: 1001, 1002 … 1101.
func swedish(first, last int) (all []string) {
	for f := range 5 {
		for n := first; n <= last; n++ {
			all = append(all, fmt.Sprintf("%02d%02d", 10+f, n))
		}
	}
	return all
}

// danishSites are houses with even numbers, whose flats are named by house, floor and side: 12, 2. th.
func danishSites(street string, houses int) (all []site) {
	for h := range houses {
		number := strconv.Itoa(2 + 2*h)
		s := site{name: street + " " + number, street: street + " " + number}
		for _, floor := range []string{"st.", "1.", "2.", "3."} {
			for _, side := range []string{"tv", "mf", "th"} {
				s.flats = append(s.flats, number+", "+floor+" "+side)
			}
		}
		all = append(all, s)
	}
	return all
}
