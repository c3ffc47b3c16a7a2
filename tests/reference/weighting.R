# Reference numbers for weights and estimates, from R `survey`, over data this script makes up.
# Rscript weighting.R writes weighting_units.csv, weighting_lonely.csv and weighting_numbers.csv beside itself.
suppressMessages(library(survey))
file <- sub("^--file=", "", grep("^--file=", commandArgs(FALSE), value = TRUE))
setwd(dirname(normalizePath(file)))
options(survey.lonely.psu = "fail", digits = 15)
RNGversion("4.2.0")
set.seed(20240607)

# ---------------------------------------------------------------- a stratified two-stage sample, PSUs of unequal size
psus_drawn <- c(3, 4, 5, 6, 3, 4)
units <- do.call(rbind, lapply(seq_along(psus_drawn), function(h) {
  frame_size <- 20 + 3 * h
  size <- sample(15:60, frame_size, replace = TRUE)
  n <- psus_drawn[h]
  drawn <- sample(frame_size, n, prob = size)
  do.call(rbind, lapply(seq_along(drawn), function(i) {
    m <- sample(4:8, 1)
    data.frame(stratum = h, psu = sprintf("%d%02d", h, i), unit = seq_len(m), N1 = frame_size, N2 = size[drawn[i]],
               p1 = n * size[drawn[i]] / sum(size), p2 = m / size[drawn[i]], q1 = n / frame_size)
  }))
}))
n <- nrow(units)
units$weight <- 1 / (units$p1 * units$p2)
units$weight_srs <- 1 / (units$q1 * units$p2)
units$region <- c("A", "A", "B", "B", "C", "C")[units$stratum]
units$urban <- 1 + units$stratum %% 2
units$size <- sample(c("1", "2", "3-4", "5+"), n, replace = TRUE, prob = c(.2, .25, .35, .2))
effect <- rnorm(length(unique(units$psu)), sd = 2)[match(units$psu, unique(units$psu))]
units$x <- round(exp(rnorm(n, 3, .4)), 3)
units$y <- round(10 + 2 * units$stratum + .5 * units$x + effect + rnorm(n, sd = 4), 3)
units$y[sample(n, 5)] <- NA
units$yes <- as.integer(runif(n) < plogis(-1 + .2 * units$stratum + .3 * effect))
units$rare <- as.integer(runif(n) < .05)
units$responds <- as.integer(runif(n) < .8)
response <- ave(units$weight * units$responds, units$region, FUN = sum) / ave(units$weight, units$region, FUN = sum)
units$weight_nr <- ifelse(units$responds == 1, units$weight / response, 0)
write.csv(units, "weighting_units.csv", row.names = FALSE, na = "")
lonely <- units[units$stratum != 1 | units$psu == "101", ]
write.csv(lonely, "weighting_lonely.csv", row.names = FALSE, na = "")

cases <- list()
put <- function(id, r, deff = FALSE) {
  out <- list(est = unname(as.numeric(coef(r))), se = unname(as.numeric(as.matrix(SE(r)))))
  if (deff) out$deff <- unname(as.numeric(as.matrix(survey::deff(r))))
  cases[[id]] <<- out
}
ci <- function(id, r) cases[[id]] <<- list(est = as.numeric(r), se = sqrt(as.numeric(attr(r, "var"))), ci = as.numeric(attr(r, "ci")))

estimates <- function(name, d) {
  at <- function(what) paste(name, what, sep = "/")
  put(at("total"), svytotal(~x, d, deff = TRUE), TRUE)
  put(at("total with missing"), svytotal(~y, d, na.rm = TRUE, deff = TRUE), TRUE)
  put(at("mean"), svymean(~x, d, deff = TRUE), TRUE)
  put(at("mean with missing"), svymean(~y, d, na.rm = TRUE, deff = TRUE), TRUE)
  put(at("ratio"), svyratio(~yes, ~x, d, deff = TRUE), TRUE)
  put(at("proportions"), svymean(~factor(size), d, deff = TRUE), TRUE)
  put(at("mean by region"), svyby(~x, ~region, d, svymean, deff = TRUE), TRUE)
  put(at("total by urban and region"), svyby(~yes, ~urban + region, d, svytotal))
  put(at("ratio by region"), svyby(~yes, ~region, denominator = ~x, design = d, svyratio))
  put(at("mean of some"), svymean(~x, subset(d, size == "3-4" & region != "C")))
  put(at("total of some"), svytotal(~x, subset(d, size == "3-4" & region != "C")))
  cases[[at("degrees of freedom")]] <<- list(est = c(degf(d), degf(subset(d, region == "A")), degf(subset(d, rare == 1))))
  ci(at("interval"), svyciprop(~yes, d, method = "logit"))
  ci(at("interval of a rare thing"), svyciprop(~rare, d, method = "logit"))
  t <- confint(svymean(~x, d), df = degf(d))
  cases[[at("interval of the mean")]] <<- list(ci = as.numeric(t))
}

designs <- list(
  replacement = svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, data = units),
  brewer = svydesign(ids = ~psu + unit, strata = ~stratum, fpc = ~p1 + p2, pps = "brewer", data = units),
  srs = svydesign(ids = ~psu + unit, strata = ~stratum, fpc = ~N1 + N2, data = units),
  unstratified = svydesign(ids = ~psu, weights = ~weight, data = units),
  responding = subset(svydesign(ids = ~psu, strata = ~stratum, weights = ~weight_nr, data = units), responds == 1),
  responding_brewer = subset(svydesign(ids = ~psu + unit, strata = ~stratum, fpc = ~p1 + p2, weights = ~weight_nr,
                                       pps = "brewer", data = units), responds == 1)
)
cases[["weights/brewer"]] <- list(est = as.numeric(weights(designs$brewer)))
cases[["weights/srs"]] <- list(est = as.numeric(weights(designs$srs)))
for (name in names(designs)) estimates(name, designs[[name]])

# ---------------------------------------------------------------- calibration to margins that agree with each other
population <- 4200
sizes <- data.frame(size = c("1", "2", "3-4", "5+"), Freq = population * c(.22, .23, .33, .22))
regions <- data.frame(region = c("A", "B", "C"), Freq = population * c(.25, .45, .30))
urbans <- data.frame(urban = 1:2, Freq = population * c(.52, .48))
xs <- 1.03 * population * 22
exact <- list(maxit = 300, epsilon = 1e-13, verbose = FALSE)
for (name in c("replacement", "brewer", "srs", "responding")) {
  d <- designs[[name]]
  calibrated <- list(
    poststratified = postStratify(d, ~region, regions),
    raked = suppressWarnings(rake(d, list(~region, ~urban, ~size), list(regions, urbans, sizes), control = exact)),
    regression = calibrate(d, ~region + x, c(`(Intercept)` = population, regionB = regions$Freq[2],
                                             regionC = regions$Freq[3], x = xs)),
    twice = suppressWarnings(rake(postStratify(d, ~stratum, data.frame(stratum = 1:6, Freq = population * c(.1, .15, .2, .25, .2, .1))),
                                  list(~region, ~size), list(regions, sizes), control = exact))
  )
  for (how in names(calibrated)) {
    estimates(paste(name, how), calibrated[[how]])
    cases[[paste0("weights/", name, " ", how)]] <- list(est = as.numeric(weights(calibrated[[how]])))
  }
}

# ---------------------------------------------------------------- a stratum with a single PSU
lonely_designs <- list(
  replacement = svydesign(ids = ~psu, strata = ~stratum, weights = ~weight, data = lonely),
  brewer = svydesign(ids = ~psu + unit, strata = ~stratum, fpc = ~p1 + p2, pps = "brewer", data = lonely)
)
for (name in names(lonely_designs)) for (how in c("remove", "certainty", "average", "adjust")) {
  options(survey.lonely.psu = how)
  d <- lonely_designs[[name]]
  at <- function(what) paste("lonely", name, how, what, sep = "/")
  put(at("mean"), svymean(~x, d))
  put(at("ratio"), svyratio(~yes, ~x, d))
  # Versions of R `survey` differ in where "adjust" centres totals.
  if (how != "adjust") put(at("total"), svytotal(~x, d))
  if (how != "adjust" && name == "replacement") put(at("mean by region"), svyby(~x, ~region, d, svymean))
}

numbers <- do.call(rbind, lapply(names(cases), function(case) do.call(rbind, lapply(names(cases[[case]]), function(what) {
  value <- cases[[case]][[what]]
  data.frame(case, what, position = seq_along(value), value = sprintf("%.15g", value))
}))))
write.csv(numbers, "weighting_numbers.csv", row.names = FALSE, quote = FALSE)
cat(R.version.string, "survey", as.character(packageVersion("survey")), nrow(numbers), "numbers\n")
