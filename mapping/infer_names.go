package mapping

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"mpimport/mparticle"
)

// synonym are the names under which columns of other systems hold a field, the
// clearest first, as compact writes them. Names from the catalog need no entry.
type synonym struct{ path, names string }

// batchSynonyms are those of the user and the device.
var batchSynonyms = []synonym{
	{"user_identities.customer_id", `customerid userid uid custid customeruid customerno customernr customernumber externaluserid externalid
		accountid memberid membernumber contactid personid subscriberid shopperid buyerid userkey customerkey usernumber customer user
		kundennummer kundennr kundenid kdnr benutzerid nutzerid idclient clientid numeroclient codeclient utilisateurid idutilisateur
		identifiantclient idcliente clienteid numerocliente codigocliente idusuario usuarioid usuario`},
	{"user_identities.email", `email mail emailaddress mailaddress emailid emailadresse mailadresse adresseemail adressemail courriel
		correo correoelectronico`},
	{"user_identities.mobile_number", `mobilenumber mobile mobilephone phone phonenumber telephone tel cell cellphone msisdn telefon
		telefonnummer handy handynummer mobiltelefon portable telephoneportable telefono movil celular`},
	{"user_identities.other", `anonymousid anonid visitorid cookieid guestid userpseudoid fullvisitorid distinctid gaclientid deviceid`},
	{"user_identities.facebook", "facebookid fbid"},
	{"user_identities.twitter", "twitterid twitterhandle"},
	{"user_identities.google", "googleid"},
	{"user_identities.microsoft", "microsoftid"},
	{"device_info.ios_advertising_id", "idfa iosidfa appleidfa"},
	{"device_info.ios_idfv", "idfv"},
	{"device_info.android_advertising_id", "gaid aaid adid gpsadid googleadvertisingid"},
	{"device_info.android_uuid", "androidid"},
	{"device_info.push_token", "devicetoken fcmtoken apnstoken"},
	{"mp_deviceid", "mpdeviceid deviceapplicationstamp das"},
	{"mpid", "mparticleid"},
	{"ip", "ip ipaddress ipaddr clientip remoteaddr ipadresse adresseip direccionip"},
	{"device_info.http_header_user_agent", "useragent ua"},
	{"device_info.platform", "platform plattform plateforme plataforma"},
	{"application_info.application_version", "appversion"},
	{"application_info.application_name", "appname"},
	{"user_attributes.$FirstName", "firstname givenname forename fname vorname prenom nombre"},
	{"user_attributes.$LastName", "lastname surname familyname lname nachname familienname nom nomdefamille apellido apellidos"},
	{"user_attributes.$Address", "address street streetaddress addressline1 address1 strasse anschrift adresse rue direccion calle"},
	{"user_attributes.$City", "city town stadt ort wohnort ville ciudad"},
	{"user_attributes.$State", "state region province bundesland provincia"},
	{"user_attributes.$Zip", "zip zipcode postalcode postcode plz postleitzahl codepostal codigopostal"},
	{"user_attributes.$Country", "country countrycode land pays pais"},
	{"user_attributes.$Gender", "gender sex geschlecht sexe sexo genero"},
	{"user_attributes.$Age", "age alter edad"},
}

// timeSynonyms are the names of the time of an event; only the first ones say
// that a row is an event.
var timeSynonyms = synonym{"timestamp_unixtime_ms", `timestampunixtimems eventtimestamp eventtime eventdatetime eventdate timestamp ts
	time occurredat occurred happenedat eventat originaltimestamp clienttimestamp clienteventtime timestampms unixtime zeitpunkt zeitstempel
	ereigniszeit horodatage fechahora clickedat viewedat visitedat orderedat orderdate ordertime purchasedat purchasedate purchasetime
	transactiondate transactiontime placedat paidat processedat bestelldatum bestellzeit datecommande fechapedido
	datetime sentat receivedat loggedat`}

// lateTimeSynonyms are names of times that a row of anything may have.
var lateTimeSynonyms = synonym{"timestamp_unixtime_ms", `createdat created createdon creationdate createddate dateadded date datum fecha
	erstelltam angelegtam datecreation fechacreacion updatedat day tag jour dia`}

var nameSynonyms = synonym{"event_name", `eventname event eventtype eventaction action activityname activity eventkey verb kind
	ereignis ereignisname aktion evenement nomevenement evento nombreevento accion type`}

var screenSynonyms = synonym{"screen_name", `screenname screen pagename pagetitle page pageurl url pagepath path viewname view
	seite seitenname pantalla pagina ecran`}

// eventSynonyms are those of every event.
var eventSynonyms = []synonym{
	{"source_message_id", "messageid eventid insertid eventuuid hitid uuid id"},
	{"session_uuid", "sessionuuid sessionid"},
	{"session_id", "sessionid"},
	{"location.latitude", "latitude lat breitengrad latitud"},
	{"location.longitude", "longitude lon lng long laengengrad langengrad longitud"},
}

// orderSynonyms are those of a commerce event as a whole.
var orderSynonyms = []synonym{
	{"product_action.transaction_id", `transactionid orderid ordernumber orderno ordernr order orderref invoiceid invoiceno receiptid bestellnummer
		bestellnr bestellid auftragsnummer numerocommande numcommande commandeid idcommande pedido numeropedido idpedido`},
	{"product_action.total_amount", `totalamount total ordertotal grandtotal revenue amount orderamount ordervalue totalprice gesamtbetrag
		gesamtsumme summe betrag montanttotal montant importe importetotal`},
	{"product_action.tax_amount", "taxamount tax taxes totaltax vat mwst steuer tva iva impuesto"},
	{"product_action.shipping_amount", "shippingamount shipping shippingcost shippingprice totalshipping versand versandkosten fraisdeport livraison gastosenvio"},
	{"product_action.coupon_code", "couponcode coupon discountcode vouchercode voucher promocode gutschein gutscheincode codepromo cupon"},
	{"product_action.affiliation", "affiliation store storename"},
	{"currency_code", "currency currencycode waehrung wahrung devise moneda"},
}

// productSynonyms are those of a product. Within a list of products, and behind
// a word such as "product", the short names are clear enough; elsewhere only the
// ones before the bar are.
var productSynonyms = []struct{ field, clear, short string }{
	{"id", `sku productid productsku itemid articleid articleno articlenumber productcode itemcode asin ean upc gtin artikelnummer artikelnr
		artikelid produktid referenceproduit idproduit codigoproducto idproducto lineitemsku`, "id code number nr no ref reference"},
	{"name", "productname itemname producttitle lineitemname produktname artikelname artikelbezeichnung nomproduit nombreproducto", "name title label description bezeichnung"},
	{"brand", "productbrand marke marque marca vendor lineitemvendor", "brand manufacturer"},
	{"category", "productcategory itemcategory produktkategorie", "category categoryname type kategorie categorie categoria"},
	{"variant", "productvariant itemvariant variantname varianttitle", "variant size color"},
	{"price", "unitprice itemprice productprice lineitemprice price einzelpreis stueckpreis preis prixunitaire prix precio preciounitario", "cost amount"},
	{"quantity", "quantity qty lineitemquantity itemquantity anzahl menge stueckzahl quantite qte cantidad", "count units number"},
	{"position", "productposition", "position index"},
	{"coupon_code", "productcoupon", "coupon couponcode discountcode"},
	{"total_product_amount", "linetotal lineamount itemtotal totalproductamount", "total subtotal"},
}

// actionSynonyms are what shops call the product actions, beside the API's own
// names.
var actionSynonyms = map[mparticle.ProductActionType]string{
	mparticle.AddToCart:          "addedtocart productadded cartadd addcart cart additem itemadded",
	mparticle.RemoveFromCart:     "removedfromcart productremoved cartremove itemremoved",
	mparticle.Checkout:           "checkoutstarted begincheckout startcheckout kasse",
	mparticle.Click:              "clicked productclicked productclick",
	mparticle.ViewDetail:         "view viewed productviewed productview viewitem viewproduct itemview detail productdetail",
	mparticle.Purchase:           "purchased buy bought order ordered ordercompleted orderplaced completedorder sale sold kauf gekauft bestellung achat compra",
	mparticle.Refund:             "refunded orderrefunded return returned",
	mparticle.AddToWishlist:      "wishlist addedtowishlist productaddedtowishlist favorite",
	mparticle.RemoveFromWishlist: "removefromwishlist removedfromwishlist productremovedfromwishlist",
}

// Words before a name that say no more than whose it is.
var (
	personWords    = words("user customer client contact member subscriber shopper buyer person profile account kunde kunden traits billing shipping default")
	productWords   = words("product item article lineitem line produkt artikel produit producto")
	containerWords = words("properties props eventproperties eventparams params attributes customattributes traits userproperties userattributes user context data payload")
)

func words(text string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(text) {
		set[w] = true
	}
	return set
}

// split takes a name apart into words in small letters without accents:
// "User-ID", "userId" and "USER_ID" are user, id.
func split(name string) []string {
	var all []string
	var word []rune
	end := func() {
		if len(word) > 0 {
			all = append(all, string(word))
		}
		word = nil
	}
	before := ' '
	for _, r := range norm.NFKD.String(strings.ReplaceAll(name, "ß", "ss")) {
		switch {
		case unicode.Is(unicode.Mn, r):
			continue
		case !unicode.IsLetter(r) && !unicode.IsDigit(r):
			end()
		case unicode.IsUpper(r) && unicode.IsLower(before):
			end()
			fallthrough
		default:
			word = append(word, unicode.ToLower(r))
		}
		before = r
	}
	end()
	return all
}

// compact is a name without anything but its letters and digits.
func compact(name string) string { return strings.Join(split(name), "") }

// names are the ways to read a reference, the surest first: all of it, without
// the words that say whose it is, its last part without its container.
func (f *profile) names() []string {
	parts := split(f.ref)
	all := []string{strings.Join(parts, "")}
	if len(parts) > 1 && personWords[parts[0]] {
		all = append(all, strings.Join(parts[1:], ""))
	}
	if i := strings.LastIndexByte(f.ref, '.'); i > 0 && containerWords[compact(f.container())] {
		all = append(all, compact(f.ref[i+1:]))
	}
	return all
}

// container is what stands before the last dot of a nested reference, "" of a
// column.
func (f *profile) container() string {
	if !f.member {
		return ""
	}
	return f.ref[:strings.LastIndexByte(f.ref, '.')]
}

// catalogSynonyms adds a catalog's own names to the entries: whole paths, and
// names of several words, which mean the same anywhere.
func catalogSynonyms(root *mparticle.Field, given []synonym) []synonym {
	all := append([]synonym(nil), given...)
	place := map[string]int{}
	for i, s := range all {
		place[s.path] = i
	}
	eachLeaf(root, "", func(path string, f *mparticle.Field) {
		own := compact(path)
		if strings.Contains(f.Name, "_") {
			own = compact(f.Name) + " " + own
		}
		for _, alias := range f.Aliases {
			own += " " + compact(alias)
		}
		if i, known := place[path]; known {
			all[i].names = own + " " + all[i].names
			return
		}
		all = append(all, synonym{path, own})
	})
	return all
}

// eachLeaf visits the leaves of objects below f; lists and free-form maps are
// not entered.
func eachLeaf(f *mparticle.Field, prefix string, visit func(path string, f *mparticle.Field)) {
	for _, m := range f.Members {
		switch m.Shape {
		case mparticle.Object:
			eachLeaf(m, prefix+m.Name+".", visit)
		case mparticle.Leaf:
			visit(prefix+m.Name, m)
		}
	}
}
