// SPDX-License-Identifier: MIT
#include "app/panels/pose_panel.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSignalBlocker>
#include <QTreeWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>
#include <numeric>

#include "app/editing/edit_commands.h"
#include "app/panels/slider_row.h"
#include "app/panels/table_columns.h"

namespace hmr {
namespace {

constexpr int kJointRole = Qt::UserRole;

QString label(int joint) { return QString::fromStdString(jointLabel(kSmplJointNames[static_cast<std::size_t>(joint)])); }

const JointGroup& groupOf(int joint) {
    const auto& groups = jointGroups();
    return *std::find_if(groups.begin(), groups.end(), [joint](const JointGroup& group) {
        return std::find(group.joints.begin(), group.joints.end(), joint) != group.joints.end();
    });
}

QString summary(const JointAngles& angles) {
    const auto rounded = [](double degrees) { return static_cast<int>(std::lround(degrees)); };
    return QString("%1°  %2°  %3°").arg(rounded(angles.x())).arg(rounded(angles.y())).arg(rounded(angles.z()));
}

}  // namespace

PosePanel::PosePanel(Session& session, QWidget* parent)
    : QWidget(parent), session_(session), tree_(new QTreeWidget(this)), title_(new QLabel(this)) {
    setObjectName("posePanel");
    buildTree();
    title_->setObjectName("jointTitle");
    QFont bold = title_->font();
    bold.setBold(true);
    title_->setFont(bold);

    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 8, 8, 8);
    layout->setSpacing(4);
    layout->addWidget(tree_, 1);
    layout->addWidget(title_);
    const std::array<QString, 3> names = {"angleX", "angleY", "angleZ"}, labels = {"X", "Y", "Z"};
    for (int axis = 0; axis < 3; ++axis) {
        const std::size_t a = static_cast<std::size_t>(axis);
        rows_[a] = new SliderRow(names[a], labels[a], {-180, 180, 2, 1, "°"}, this);
        rows_[a]->setLabel(labels[a], tr("Turn about the joint's %1 axis, after X, Y and Z in this order").arg(labels[a]));
        connect(rows_[a], &SliderRow::gestureStarted, this, [this] { session_.beginGesture(); });
        connect(rows_[a], &SliderRow::edited, this, [this, axis](double degrees) { setAngle(axis, degrees); });
        connect(rows_[a], &SliderRow::resetWanted, this, [this] { resetJoint_->click(); });
        layout->addWidget(rows_[a]);
    }
    auto* buttons = new QHBoxLayout;
    const auto addButton = [&](const QString& name, const QString& text, const QString& toolTip) {
        auto* button = new QPushButton(text, this);
        button->setObjectName(name);
        button->setToolTip(toolTip);
        buttons->addWidget(button);
        return button;
    };
    resetJoint_ = addButton("resetJointButton", tr("Reset joint"), tr("Give this joint back to the network's answer"));
    resetGroup_ = addButton("resetGroupButton", tr("Reset group"), tr("Give all joints of this group back to the network's answer"));
    resetAll_ = addButton("resetPoseButton", tr("Reset all"), tr("Give the whole pose back to the network's answer"));
    layout->addLayout(buttons);

    connect(resetJoint_, &QPushButton::clicked, this, [this] {
        const int joint = session_.selectedJoint();
        reset({joint}, tr("Reset %1").arg(label(joint).toLower()));
    });
    connect(resetGroup_, &QPushButton::clicked, this, [this] {
        const JointGroup& group = groupOf(session_.selectedJoint());
        reset(group.joints, tr("Reset %1").arg(QString::fromStdString(group.name).toLower()));
    });
    connect(resetAll_, &QPushButton::clicked, this, [this] {
        std::vector<int> all(kNumSmplJoints);
        std::iota(all.begin(), all.end(), 0);
        reset(all, tr("Reset pose"));
    });
    connect(tree_, &QTreeWidget::currentItemChanged, this, [this](QTreeWidgetItem* item) {
        if (item && item->data(0, kJointRole).isValid()) session_.selectJoint(item->data(0, kJointRole).toInt());
    });
    connect(&session_, &Session::peopleChanged, this, &PosePanel::refresh);
    connect(&session_, &Session::personEdited, this, &PosePanel::refresh);
    connect(&session_, &Session::selectionChanged, this, &PosePanel::refresh);
    refresh();
}

void PosePanel::buildTree() {
    tree_->setObjectName("poseTree");
    tree_->setColumnCount(2);
    tree_->setHeaderLabels({tr("Joint"), tr("X  Y  Z")});
    setColumnsFor(*tree_, summary({-180, -180, -180}));
    tree_->setUniformRowHeights(true);
    tree_->setIndentation(14);
    tree_->setMinimumHeight(120);
    items_.resize(kNumSmplJoints);
    for (const JointGroup& group : jointGroups()) {
        auto* top = new QTreeWidgetItem(tree_, {QString::fromStdString(group.name)});
        top->setFlags(Qt::ItemIsEnabled);
        for (const int joint : group.joints) {
            auto* item = new QTreeWidgetItem(top, {label(joint)});
            item->setData(0, kJointRole, joint);
            item->setTextAlignment(1, Qt::AlignRight | Qt::AlignVCenter);
            items_[static_cast<std::size_t>(joint)] = item;
        }
        top->setExpanded(true);
    }
    items_[0]->setToolTip(0, tr("Turns the whole body; all zeros is an upright person who faces the camera"));
}

void PosePanel::refresh() {
    const PersonEstimate* person = session_.person(session_.selectedPerson());
    setEnabled(person != nullptr);
    showJoint();
    refreshTree();
    const PersonEdit& edit = session_.edit(session_.selectedPerson());
    const auto isEdited = [&edit](int joint) { return edit.rotations.contains(joint); };
    const auto& group = groupOf(session_.selectedJoint()).joints;
    resetJoint_->setEnabled(isEdited(session_.selectedJoint()));
    resetGroup_->setEnabled(std::any_of(group.begin(), group.end(), isEdited));
    resetAll_->setEnabled(!edit.rotations.empty());
}

void PosePanel::refreshTree() {
    const QSignalBlocker quiet(tree_);
    const PersonEstimate* person = session_.person(session_.selectedPerson());
    const PersonEdit& edit = session_.edit(session_.selectedPerson());
    for (int joint = 0; joint < kNumSmplJoints; ++joint) {
        QTreeWidgetItem* item = items_[static_cast<std::size_t>(joint)];
        const bool isKnown = person && joint < person->parameters.pose.rows();
        const auto angles = [&] { return joint == shownJoint_ ? angles_ : shownAngles(joint, person->parameters.pose.row(joint).transpose()); };
        const QString text = isKnown ? summary(angles()) : QString();
        if (item->text(1) != text) item->setText(1, text);
        QFont font = item->font(0);
        if (font.bold() != edit.rotations.contains(joint)) {
            font.setBold(edit.rotations.contains(joint));
            item->setFont(0, font);
        }
    }
    QTreeWidgetItem* current = items_[static_cast<std::size_t>(std::clamp(session_.selectedJoint(), 0, kNumSmplJoints - 1))];
    if (tree_->currentItem() != current) tree_->setCurrentItem(current);
}

void PosePanel::showJoint() {
    const int joint = session_.selectedJoint(), id = session_.selectedPerson();
    const PersonEstimate* person = session_.person(id);
    const bool isEdited = session_.edit(id).rotations.contains(joint);
    title_->setText(label(joint));
    if (person) {
        const Eigen::Vector3d axisAngle = person->parameters.pose.row(joint).transpose();
        // Of the two triples that give a rotation, stay with the one that was set by hand.
        const bool isSame = joint == shownJoint_ && id == shownPerson_ && isEdited;
        angles_ = shownAngles(joint, axisAngle, isSame ? std::optional(angles_) : std::nullopt);
        shownJoint_ = joint;
        shownPerson_ = id;
    } else {
        angles_.setZero();
        shownJoint_ = -1;
    }
    for (int axis = 0; axis < 3; ++axis) rows_[static_cast<std::size_t>(axis)]->show(angles_[axis], isEdited);
}

void PosePanel::setAngle(int axis, double degrees) {
    const int id = session_.selectedPerson(), joint = session_.selectedJoint();
    if (!session_.person(id)) return;
    angles_[axis] = degrees;
    session_.undoStack().push(new SetJointRotation(session_, id, joint, axisAngleFromShown(joint, angles_)));
}

void PosePanel::reset(const std::vector<int>& joints, const QString& text) {
    const int id = session_.selectedPerson();
    const PersonEdit& edit = session_.edit(id);
    const bool changes = std::any_of(joints.begin(), joints.end(), [&edit](int joint) { return edit.rotations.contains(joint); });
    if (changes) session_.undoStack().push(new ResetJoints(session_, id, joints, text));
}

}  // namespace hmr
