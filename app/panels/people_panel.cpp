// SPDX-License-Identifier: MIT
#include "app/panels/people_panel.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QListWidget>
#include <QSignalBlocker>
#include <QToolButton>
#include <QVBoxLayout>

#include "app/icons.h"
#include "app/session.h"
#include "renderer/scene_figure.h"

namespace hmr {
namespace {

constexpr int kIdRole = Qt::UserRole;

QToolButton* makeButton(const QString& name, Glyph glyph, const QString& text, const QString& toolTip, QWidget* parent) {
    auto* button = new QToolButton(parent);
    button->setObjectName(name);
    button->setIcon(icon(glyph));
    button->setText(text);
    button->setToolTip(toolTip);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    return button;
}

QIcon swatch(const Eigen::Vector3f& color) {
    QPixmap pixmap(14, 14);
    pixmap.fill(QColor::fromRgbF(color.x(), color.y(), color.z()));
    return QIcon(pixmap);
}

QString describe(const Session& session, const PersonBox& person) {
    QString text = PeoplePanel::tr("Person %1").arg(person.id + 1);
    if (!session.person(person.id)) return text + PeoplePanel::tr("  ·  not recovered yet");
    if (!session.edit(person.id).isEmpty()) text += PeoplePanel::tr("  ·  edited");
    return text;
}

}  // namespace

PeoplePanel::PeoplePanel(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), list_(new QListWidget(this)), nobody_(new QLabel(this)) {
    setObjectName("peoplePanel");
    list_->setObjectName("peopleList");
    list_->setMinimumHeight(48);
    nobody_->setObjectName("nobodyLabel");
    nobody_->setWordWrap(true);
    nobody_->setText(tr("Nobody yet. Drag a box round a person in the picture."));
    nobody_->setAlignment(Qt::AlignCenter);
    nobody_->setEnabled(false);
    auto* draw = makeButton("drawBoxButton", Glyph::DrawBox, tr("Draw"), tr("Draw a box round a person (B)"), this);
    auto* remove = makeButton("deleteBoxButton", Glyph::Delete, tr("Delete"), tr("Delete the chosen person's box (Del)"), this);
    auto* detect = makeButton("detectButton", Glyph::Detect, tr("Find"), tr("Find the people in this picture again (D)"), this);

    auto* buttons = new QHBoxLayout;
    buttons->setSpacing(4);
    buttons->addWidget(draw);
    buttons->addWidget(remove);
    buttons->addWidget(detect);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(6, 6, 6, 6);
    layout->addWidget(list_);
    layout->addWidget(nobody_);
    layout->addLayout(buttons);

    connect(draw, &QToolButton::clicked, this, &PeoplePanel::drawBoxWanted);
    connect(remove, &QToolButton::clicked, this, &PeoplePanel::deleteWanted);
    connect(detect, &QToolButton::clicked, this, &PeoplePanel::detectWanted);
    connect(list_, &QListWidget::currentItemChanged, this, [this](QListWidgetItem* item) {
        if (item) session_.selectPerson(item->data(kIdRole).toInt());
    });
    connect(&session_, &Session::peopleChanged, this, &PeoplePanel::refresh);
    connect(&session_, &Session::personEdited, this, &PeoplePanel::refresh);
    connect(&session_, &Session::selectionChanged, this, &PeoplePanel::showSelection);
    refresh();
}

void PeoplePanel::refresh() {
    const QSignalBlocker quiet(list_);
    const auto boxes = session_.boxes();
    while (list_->count() > static_cast<int>(boxes.size())) delete list_->takeItem(list_->count() - 1);
    while (list_->count() < static_cast<int>(boxes.size())) list_->addItem(new QListWidgetItem);
    for (int row = 0; row < list_->count(); ++row) {
        QListWidgetItem* item = list_->item(row);
        const PersonBox& person = boxes[static_cast<std::size_t>(row)];
        const QString text = describe(session_, person);
        if (item->text() == text && item->data(kIdRole).toInt() == person.id && !item->icon().isNull()) continue;
        item->setText(text);
        item->setIcon(swatch(figureColor(person.id)));
        item->setData(kIdRole, person.id);
    }
    list_->setVisible(!boxes.empty());
    nobody_->setVisible(boxes.empty());
    showSelection();
}

void PeoplePanel::showSelection() {
    const QSignalBlocker quiet(list_);
    for (int row = 0; row < list_->count(); ++row) {
        if (list_->item(row)->data(kIdRole).toInt() == session_.selectedPerson()) {
            list_->setCurrentRow(row);
            return;
        }
    }
    list_->setCurrentRow(-1);
}

}  // namespace hmr
